#include "proxy/first_flight/tds_tls.hpp"

namespace shirgate {

Result<HelloProgress> TdsHelloReader::feed(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty() && !decided()) {
    const auto step = packets_.take(bytes);
    if (step.has_error()) {
      refuse(step.error(), bytes.front());
      break;
    }
    if (!step->payload.empty()) outcome_ = hello_.feed(step->payload);
    bytes = bytes.subspan(step->taken);
    if (!decided() && packets_.at_packet_end() && packets_.packets() == max_hello_packets) {
      outcome_ = Reason::hello_too_large;
    }
  }
  return outcome_;
}

void TdsHelloReader::refuse(TdsFault fault, std::uint8_t byte) {
  const bool at_first_byte = packets_.header_bytes() == 1;
  login_in_the_clear_ = at_first_byte && byte == static_cast<std::uint8_t>(TdsPacketType::login);
  if (fault == TdsFault::too_large) {
    outcome_ = Reason::hello_too_large;
  } else {
    outcome_ = at_first_byte ? Reason::not_tls : Reason::hello_malformed;
  }
}

}  // namespace shirgate
