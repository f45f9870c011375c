#include "policy/adf/derive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "policy/adf/address_advice.hpp"

namespace shirgate::adf {
namespace {

/// Every way of filling the placeholders of `text`; none where an input has no value.
Texts fill_in(std::string_view text, const Factory& factory) {
  Texts filled{std::string(text)};
  for (const auto placeholder : placeholders_of(text)) {
    const auto braced = fmt::format("{{{}}}", placeholder);
    Texts next;
    for (const auto& partly : filled)
      for (const auto& value : values_of(placeholder, factory)) {
        auto& name = next.emplace_back(partly);
        name.replace(name.find(braced), braced.size(), value);
      }
    filled = std::move(next);
  }
  return filled;
}

Texts hosts_of(const CatalogueRow& row, const Factory& factory) {
  if (!row.pin.empty())
    if (auto pinned = fill_in(row.pin, factory); !pinned.empty()) return pinned;
  return fill_in(row.pattern, factory);
}

bool applies(const CatalogueRow& row, const Factory& factory) {
  if (row.cloud != "all" && row.cloud != factory.cloud) return false;
  if (factory.kind == RuntimeKind::browser && row.channel != "portal") return false;
  return std::all_of(row.needs.begin(), row.needs.end(), [&](Fact fact) { return holds(fact, factory); });
}

/// A row for the relay's gateways is a wildcard in the documents; their names have a shape, and the rule keeps to it.
Checked<HostPattern> pattern_of(const Need& need) {
  const auto& needs = need.row->needs;
  auto pattern = parse_pattern(need.host);
  if (pattern.has_value() && std::find(needs.begin(), needs.end(), Fact::relay_gateways) != needs.end())
    return relay_gateways_below(*pattern);
  return pattern;
}

/// The endpoints of several channels may share a subnet: it then excludes none of them.
bool holds_one_of(const AddressRange& range, const std::vector<AddressRange>& own) {
  return std::any_of(own.begin(), own.end(), [&](const AddressRange& one) {
    return range.prefix_bits <= one.prefix_bits && range.overlaps(one);
  });
}

std::string sources_of(const Catalogue& catalogue, const CatalogueRow& row) {
  std::string text;
  for (const auto& reference : row.sources) text += (text.empty() ? "" : "; ") + catalogue.cite(reference);
  return text;
}

}  // namespace

std::vector<std::string_view> placeholders_of(std::string_view text) {
  std::vector<std::string_view> found;
  for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) break;
    found.push_back(text.substr(open + 1, close - open - 1));
  }
  return found;
}

std::vector<Need> derive(const Catalogue& catalogue, const Factory& factory) {
  std::vector<Need> needs;
  for (const auto& row : catalogue.rows) {
    if (!applies(row, factory)) continue;
    for (auto& host : hosts_of(row, factory)) needs.push_back({&row, std::move(host)});
  }
  return needs;
}

std::string to_line(const Need& need, const Factory& factory) {
  const auto& row = *need.row;
  auto line = fmt::format("{} {}:{} {}", row.channel, need.host, to_string(row.ports), to_string(row.transport));
  if (factory.private_link.used) line += ' ' + row.private_link;
  return line;
}

Carrier carried_by(const CatalogueRow& row) {
  switch (row.transport) {
    case Transport::tls_connect:
    case Transport::wss_connect: return Carrier::gate;
    case Transport::http_plain: return Carrier::nobody;
    case Transport::tds_direct: return row.ports.is_one() ? Carrier::gate : Carrier::firewall;
    case Transport::nettcp_lan:
    case Transport::comparison: return Carrier::firewall;
  }
  return Carrier::nobody;
}

std::string_view why_not_carried(const CatalogueRow& row) {
  switch (row.transport) {
    case Transport::tls_connect:
    case Transport::wss_connect: return "";
    case Transport::http_plain:
      return "plain HTTP is not forwarded by this version; without it Windows checks certificates from its cache";
    case Transport::tds_direct:
      return row.ports.is_one()
                 ? ""
                 : "redirected SQL reaches any node of the region: set the server's connection policy to "
                   "Proxy, or open the range in the firewall";
    case Transport::nettcp_lan: return "between the nodes, on the LAN: open it on the machines, never at the edge";
    case Transport::comparison: return "belongs to another product";
  }
  return "";
}

Rule make_rule(const Catalogue& catalogue, const Need& need, const Factory& factory) {
  const auto& row = *need.row;
  const auto pattern = pattern_of(need);
  if (pattern.has_error()) throw std::logic_error(pattern.error().text());  // rows are checked when they are read
  Rule rule{
      .name = Name(fmt::format("{}/{}/{}", factory.runtime.text(), row.id, need.host)),
      .runtime = factory.runtime,
      .channel = Name(row.channel),
      .pattern = *pattern,
      .port = row.ports.first,
      .protocol = row.transport == Transport::tds_direct ? Protocol::tds : Protocol::tls,
      .may_be_quiet = row.quiet,
      .provenance = {
          .origin = fmt::format("catalogue {}", row.id), .purpose = row.purpose, .source = sources_of(catalogue, row)}};
  const auto own = factory.private_link.ranges.find(row.channel);
  if (own != factory.private_link.ranges.end() && row.may_be_private()) rule.addresses = own->second;
  for (const auto& [channel, ranges] : factory.private_link.ranges)
    if (channel != row.channel || !row.may_be_private())
      std::copy_if(ranges.begin(), ranges.end(), std::back_inserter(rule.never),
                   [&](const AddressRange& range) { return !holds_one_of(range, rule.addresses); });
  rule.address_advice = address_advice(catalogue, rule, factory.cloud);
  return rule;
}

}  // namespace shirgate::adf
