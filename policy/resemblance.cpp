#include "policy/resemblance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "policy/adf/shared_tenant.hpp"

namespace shirgate {
namespace {

using adf::is_at_or_under;

/// The part of a catalogue pattern that is the same for everybody: "{factory}.{region}.datafactory.azure.net" ->
/// "datafactory.azure.net", "*.vault.azure.net" -> "vault.azure.net".
std::string_view fixed_part(std::string_view pattern) {
  if (pattern.starts_with("*.")) return pattern.substr(2);
  const auto brace = pattern.rfind('}');
  return brace == std::string_view::npos || brace + 2 > pattern.size() ? pattern : pattern.substr(brace + 2);
}

using Found = std::map<std::string, std::string, std::less<>>;

/// What the placeholders of a pattern stand for in `host`, each one label; nothing when it does not fit.
std::optional<Found> fit(std::string_view pattern, std::string_view host) {
  if (pattern == "{relay_fqdn}") return Found{{"relay_fqdn", std::string(host)}};
  Found found;
  for (;;) {
    const auto want = pattern.substr(0, pattern.find('.'));
    const auto have = host.substr(0, host.find('.'));
    const bool placeholder = want.starts_with('{') && want.ends_with('}');
    if (placeholder)
      found.emplace(want.substr(1, want.size() - 2), have);
    else if (want != have)
      return std::nullopt;
    if (want.size() == pattern.size() || have.size() == host.size())
      return want.size() == pattern.size() && have.size() == host.size() ? std::optional(found) : std::nullopt;
    pattern.remove_prefix(want.size() + 1);
    host.remove_prefix(have.size() + 1);
  }
}

/// Could a rule of this row be for the host? A wildcard is never for its own suffix, a relay's gateways have names of a
/// form of their own, and a pin for them would miss the next one.
bool may_be_for(const adf::CatalogueRow& row, const Host& host) {
  if (!row.pattern.starts_with("*.")) return true;
  const auto suffix = std::string_view(row.pattern).substr(2);
  if (host.text() == suffix) return false;
  const bool for_gateways = std::find(row.needs.begin(), row.needs.end(), adf::Fact::relay_gateways) != row.needs.end();
  return for_gateways == (relay_gateway_suffix(host) == suffix);
}

/// The row's setting with what the host says filled in; empty where the setting would not list the host.
std::string setting_for(const adf::CatalogueRow& row, const Host& whole) {
  if (!may_be_for(row, whole)) return {};
  const std::string_view host = whole.text();
  auto found = row.pin.empty() ? std::nullopt : fit(row.pin, host);
  if (!found) found = fit(row.pattern, host);
  const bool below_wildcard =
      row.pin.empty() && row.pattern.starts_with("*.") && is_at_or_under(host, row.pattern.substr(2));
  if (!found && !below_wildcard) return {};
  auto text = row.setting;
  if (found)
    for (const auto& [name, value] : *found) {
      const auto braced = fmt::format("{{{}}}", name);
      for (auto at = text.find(braced); at != std::string::npos; at = text.find(braced, at + value.size()))
        text.replace(at, braced.size(), value);
    }
  return text.find('{') == std::string::npos ? text : std::string();
}

/// The row whose names are most like the host: one that a setting can list before one of another product, and the
/// longer common part before the shorter.
const adf::CatalogueRow* most_like(const adf::Catalogue& catalogue, const Host& host) {
  const adf::CatalogueRow* best = nullptr;
  std::tuple<bool, bool, std::size_t> best_score{};
  for (const auto& row : catalogue.rows) {
    if (!is_at_or_under(host.text(), fixed_part(row.pattern))) continue;
    const std::tuple score{!setting_for(row, host).empty(), row.transport != adf::Transport::comparison,
                           fixed_part(row.pattern).size()};
    if (best != nullptr && score <= best_score) continue;
    best = &row;
    best_score = score;
  }
  return best;
}

std::string neighbour(std::string_view host, std::span<const Rule> rules) {
  for (const auto& rule : rules)
    if (is_at_or_under(host, rule.pattern.name()))
      return fmt::format("a neighbour of {} ({})", rule.pattern.text(), rule.channel.text());
  return {};
}

std::string look_alike(const adf::Catalogue& catalogue, std::string_view host, std::span<const Rule> rules) {
  constexpr std::string_view because = "it contains the name and is not below it";
  for (const auto& rule : rules)
    if (host.find(rule.pattern.name()) != std::string_view::npos)
      return fmt::format("a look-alike of {} ({}): {}", rule.pattern.text(), rule.channel.text(), because);
  for (const auto& row : catalogue.rows)
    if (host.find(fixed_part(row.pattern)) != std::string_view::npos)
      return fmt::format("a look-alike of {} (channel '{}'): {}", fixed_part(row.pattern), row.channel, because);
  return {};
}

std::string for_rent(const adf::Catalogue& catalogue, const Host& host) {
  const auto pattern = parse_pattern("*." + host.text());
  const auto suffix = pattern.has_value() ? adf::shared_tenant_suffix_of(catalogue, *pattern) : std::string();
  return suffix.empty() ? suffix : fmt::format("a service anybody can rent a name in ({})", suffix);
}

}  // namespace

Resemblance resemblance(const adf::Catalogue& catalogue, const Host& host, std::span<const Rule> rules) {
  const std::string_view text = host.text();
  if (const auto* row = most_like(catalogue, host)) {
    const auto phrase = fmt::format("channel '{}': {} ({})", row->channel, row->purpose, row->pattern);
    return {.phrase = phrase, .row = row, .setting = setting_for(*row, host)};
  }
  if (auto phrase = neighbour(text, rules); !phrase.empty()) return {.phrase = std::move(phrase)};
  if (auto phrase = look_alike(catalogue, text, rules); !phrase.empty())
    return {.phrase = std::move(phrase), .look_alike = true};
  return {.phrase = for_rent(catalogue, host)};
}

}  // namespace shirgate
