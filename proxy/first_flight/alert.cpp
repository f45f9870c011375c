#include "proxy/first_flight/alert.hpp"

namespace shirgate {

std::array<std::uint8_t, 7> tls_alert_record(TlsAlert alert) {
  constexpr std::uint8_t alert_record = 21;
  constexpr std::uint8_t fatal = 2;
  // Record version 3.3: every client from TLS 1.0 on takes it there, since it has not heard the server choose yet.
  return {alert_record, 3, 3, 0, 2, fatal, static_cast<std::uint8_t>(alert)};
}

}  // namespace shirgate
