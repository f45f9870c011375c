#include "config/endpoint.hpp"

#include <fmt/format.h>

#include "policy/target.hpp"

namespace shirgate {

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  if (!address || address->is_v4 == bracketed) return std::nullopt;
  if (port_text == "0") return Endpoint{*address, 0};
  const auto port = parse_port(port_text);
  if (port.has_error()) return std::nullopt;
  return Endpoint{*address, *port};
}

std::string to_string(const Endpoint& endpoint) {
  const auto address = to_string(endpoint.address);
  return endpoint.address.is_v4 ? fmt::format("{}:{}", address, endpoint.port)
                                : fmt::format("[{}]:{}", address, endpoint.port);
}

}  // namespace shirgate
