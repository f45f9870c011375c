#include "policy/adf/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shirgate::adf {
namespace {

constexpr std::array<std::string_view, 6> transport_words{"tls-connect", "wss-connect", "tds-direct",
                                                          "http-plain",  "nettcp-lan",  "comparison"};
static_assert(transport_words.size() == static_cast<std::size_t>(Transport::comparison) + 1);

}  // namespace

std::string_view to_string(Transport transport) { return transport_words.at(static_cast<std::size_t>(transport)); }

std::optional<Transport> parse_transport(std::string_view word) {
  const auto* found = std::find(transport_words.begin(), transport_words.end(), word);
  if (found == transport_words.end()) return std::nullopt;
  return static_cast<Transport>(found - transport_words.begin());
}

std::string to_string(const PortRange& ports) {
  return ports.is_one() ? std::to_string(ports.first) : fmt::format("{}-{}", ports.first, ports.last);
}

const ChannelRow* Catalogue::channel(std::string_view id) const {
  const auto found =
      std::find_if(channels.begin(), channels.end(), [&](const ChannelRow& channel) { return channel.id == id; });
  return found == channels.end() ? nullptr : &*found;
}

std::string Catalogue::cite(std::string_view reference) const {
  const auto id = reference.substr(0, reference.find(' '));
  const auto found =
      std::find_if(sources.begin(), sources.end(), [&](const Source& source) { return source.id == id; });
  if (found == sources.end()) return std::string(reference);
  const auto section = reference.substr(id.size());
  return section.empty() ? found->title : fmt::format("{},{}", found->title, section);
}

}  // namespace shirgate::adf
