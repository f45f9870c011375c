// TLS protocol versions as they are on the wire (RFC 8446 section 4.1.2).
#pragma once

#include <cstdint>

namespace shirgate {

/// A peer may offer values that have no name here.
enum class TlsVersion : std::uint16_t {
  ssl3_0 = 0x0300,
  tls1_0 = 0x0301,
  tls1_1 = 0x0302,
  tls1_2 = 0x0303,
  tls1_3 = 0x0304,
};

}  // namespace shirgate
