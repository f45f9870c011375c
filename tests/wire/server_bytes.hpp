// What a server says first, byte by byte, where a test scripts it.
#pragma once

#include <string>

#include "tests/first_flight/hello_builder.hpp"

namespace shirgate::wire {

inline std::string text(const test::Octets& bytes) { return {bytes.begin(), bytes.end()}; }

/// A ServerHello of TLS 1.3 in one record; `random` makes it a HelloRetryRequest (RFC 8446 section 4.1.3).
inline std::string server_hello_with(const test::Octets& random) {
  using test::operator+;
  const test::Octets versions{0, 43, 0, 2, 3, 4};
  const auto body = test::Octets{3, 3} + random + test::vector8(test::Octets(32, 0x11)) + test::Octets{0x13, 0x01, 0} +
                    test::vector16(versions);
  return text(test::record(test::u8(2) + test::u24(body.size()) + body));
}

inline std::string server_hello() { return server_hello_with(test::Octets(32, 0x77)); }

inline std::string hello_retry_request() {
  return server_hello_with({0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                            0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                            0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c});
}

inline const std::string change_cipher_spec{"\x14\x03\x03\x00\x01\x01", 6};

}  // namespace shirgate::wire
