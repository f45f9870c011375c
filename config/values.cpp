#include "config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace shirgate {
namespace {

/// Broader than the network of one site. Private endpoints live in one subnet.
int broadest_expected_prefix(const AddressRange& range) { return range.first.is_v4 ? 16 : 48; }

}  // namespace

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 128 && std::isalnum(c) != 0) || c == '-' || c == '_' || c == '.';
  });
}

std::string read_ticket(TableReader& table, std::string_view key) {
  auto ticket = table.text(key).value_or("");
  if (table.node(key) != nullptr && ticket.find_first_not_of(' ') == std::string::npos)
    table.complain(key, fmt::format("{} {} needs the ticket that somebody accepts the risk in", table.title(), key));
  return ticket;
}

std::optional<Name> read_name(TableReader& table, std::string_view key, std::string_view example) {
  const auto text = table.required_text(key, example);
  if (!text) return std::nullopt;
  if (!is_plain_name(*text)) {
    table.complain(key, fmt::format("{} {}: use up to 64 letters, digits, '-', '_' or '.'", table.title(), key));
    return std::nullopt;
  }
  return Name(*text);
}

std::vector<AddressRange> read_ranges(TableReader& table, std::string_view key) {
  std::vector<AddressRange> ranges;
  for (const auto& item : table.texts(key)) {
    if (const auto range = parse_range(item.text))
      ranges.push_back(*range);
    else
      table.mistakes().add(item.line, fmt::format("{} {}: '{}' is not a range like \"10.20.0.0/24\" whose remaining "
                                                  "bits are zero",
                                                  table.title(), key, item.text));
  }
  return ranges;
}

std::vector<AddressRange> read_expected_addresses(TableReader& table, std::string_view key) {
  auto ranges = read_ranges(table, key);
  for (const auto& range : ranges) {
    if (touches_the_floor(range))
      table.complain(key,
                     fmt::format("{} {}: {} reaches addresses that are never dialled (loopback, link-local, metadata, "
                                 "multicast)",
                                 table.title(), key, to_string(range)));
    if (range.prefix_bits < broadest_expected_prefix(range))
      table.complain(key, fmt::format("{} {}: {} is broader than /{}; name the subnet of the private endpoints",
                                      table.title(), key, to_string(range), broadest_expected_prefix(range)));
  }
  return ranges;
}

std::vector<std::uint16_t> read_ports(TableReader& table) {
  std::vector<std::uint16_t> ports;
  const auto* found = table.node("ports");
  const auto* list = found == nullptr ? nullptr : found->as_array();
  if (list == nullptr || list->empty()) {
    table.complain("ports", fmt::format("{} needs ports: write for example ports = [443]", table.title()));
    return ports;
  }
  for (const auto& entry : *list) {
    const auto port = entry.value<std::int64_t>().value_or(0);
    if (!entry.is_integer() || port < 1 || port > 65535)
      table.mistakes().add(
          entry, fmt::format("{} ports: a port is a number from 1 to 65535; ranges are not taken", table.title()));
    else if (std::find(ports.begin(), ports.end(), port) != ports.end())
      table.mistakes().add(entry, fmt::format("{} ports: {} is listed twice", table.title(), port));
    else
      ports.push_back(static_cast<std::uint16_t>(port));
  }
  return ports;
}

}  // namespace shirgate
