// Where something listens, or is listened to.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/address.hpp"

namespace shirgate {

/// An address and a port. Port 0 asks the kernel for one.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;
  [[nodiscard]] friend bool operator==(const Endpoint&, const Endpoint&) = default;
  [[nodiscard]] friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};
/// "10.20.0.10:3128" or "[fd00::1]:3128".
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

}  // namespace shirgate
