#include "proxy/first_flight/tds_packet.hpp"

#include <algorithm>

namespace shirgate {

TdsResult<TdsPacketReader::Step> TdsPacketReader::take(std::span<const std::uint8_t> bytes) {
  if (payload_left_ != 0) {
    const auto payload = bytes.first(std::min(bytes.size(), payload_left_));
    payload_left_ -= payload.size();
    return Step{payload.size(), payload};
  }

  header_.at(in_header_++) = bytes.front();
  if (!fits(bytes.front())) return TdsFault::malformed;
  if (in_header_ == 4) {
    announced_bytes_ += length();
    if (announced_bytes_ > limit_bytes_) return TdsFault::too_large;
  }
  if (in_header_ == tds_header_bytes) {
    ++packets_;
    in_header_ = 0;
    payload_left_ = length() - tds_header_bytes;
  }
  return Step{1, {}};
}

bool TdsPacketReader::fits(std::uint8_t byte) const {
  switch (in_header_) {
    case 1: return byte == static_cast<std::uint8_t>(type_);
    case 2: return byte <= last_packet;
    case 4: return length() > tds_header_bytes;
    default: return true;
  }
}

}  // namespace shirgate
