// The last thing a refused TLS client hears. An alert fails at once and is named in the client's log; a bare reset is
// retried for seconds.
#pragma once

#include <array>
#include <cstdint>

#include "policy/reason.hpp"

namespace shirgate {

/// A whole TLS record with one fatal alert in the clear, as a server sends it before any keys exist (RFC 8446 section
/// 6).
[[nodiscard]] std::array<std::uint8_t, 7> tls_alert_record(TlsAlert alert);

}  // namespace shirgate
