#include "policy/adf/address_advice.hpp"

#include <fmt/format.h>

#include "policy/adf/shared_tenant.hpp"

namespace shirgate::adf {
namespace {

/// The zone whose public name the rule's names lie under: of several the longest.
const DnsZone* zone_of(const Catalogue& catalogue, const Rule& rule, std::string_view cloud) {
  const DnsZone* best = nullptr;
  for (const auto& zone : catalogue.dns_zones) {
    if (zone.cloud != cloud || !is_at_or_under(rule.pattern.name(), zone.public_zone)) continue;
    if (best == nullptr || best->public_zone.size() < zone.public_zone.size()) best = &zone;
  }
  return best;
}

std::string list(const std::vector<AddressRange>& ranges) {
  std::string text;
  for (const auto& range : ranges) text += (text.empty() ? "" : ", ") + to_string(range);
  return text;
}

}  // namespace

std::string address_advice(const Catalogue& catalogue, const Rule& rule, std::string_view cloud) {
  const auto* zone = zone_of(catalogue, rule, cloud);
  const auto channel = rule.channel.text();
  if (rule.addresses.empty()) {
    auto text =
        fmt::format("Channel '{}' is public: {} must not resolve to a private address", channel, rule.pattern.text());
    if (zone != nullptr) text += fmt::format("; is {} linked to the gate's network by mistake?", zone->zone);
    return zone == nullptr ? text + "." : text;
  }
  auto text = fmt::format("{} must resolve inside {}, its private endpoint", rule.pattern.text(), list(rule.addresses));
  if (zone != nullptr)
    text += fmt::format(": link the private DNS zone {} to the network the gate resolves in", zone->zone);
  text += '.';
  for (const auto& error : catalogue.errors)
    if (error.reason == "address_not_expected" && error.channel == channel)
      return text +
             fmt::format(" Let through, the integration runtime would say \"{}\", which misleads.", error.message);
  return text;
}

}  // namespace shirgate::adf
