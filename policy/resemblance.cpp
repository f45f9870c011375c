#include "policy/resemblance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/adf/catalogue.hpp"

namespace shirgate {
namespace {

/// The part of a catalogue pattern that is the same for everybody: "{factory}.{region}.datafactory.azure.net" ->
/// "datafactory.azure.net", "*.vault.azure.net" -> "vault.azure.net".
std::string_view fixed_part(std::string_view pattern) {
  if (pattern.starts_with("*.")) return pattern.substr(2);
  const auto brace = pattern.rfind('}');
  return brace == std::string_view::npos ? pattern : pattern.substr(brace + 2);
}

}  // namespace

std::string resemblance(const Host& host, std::span<const Rule> rules) {
  const std::string_view text = host.text();
  for (const auto& row : adf::builtin_catalogue().rows)
    if (adf::is_at_or_under(text, fixed_part(row.pattern)))
      return fmt::format("channel '{}': {} ({})", row.channel, row.purpose, row.pattern);
  for (const auto& rule : rules)
    if (adf::is_at_or_under(text, rule.pattern.name()))
      return fmt::format("a neighbour of {} ({})", rule.pattern.text(), rule.channel.text());
  for (const auto& rule : rules)
    if (text.find(rule.pattern.name()) != std::string_view::npos)
      return fmt::format("a look-alike of {} ({}): it contains the name and is not below it", rule.pattern.text(),
                         rule.channel.text());
  for (const auto& row : adf::builtin_catalogue().rows)
    if (text.find(fixed_part(row.pattern)) != std::string_view::npos)
      return fmt::format("a look-alike of {} (channel '{}'): it contains the name and is not below it",
                         fixed_part(row.pattern), row.channel);
  for (const auto suffix : adf::shared_tenant_suffixes())
    if (adf::is_at_or_under(text, suffix))
      return fmt::format("an Azure service anybody can rent a name in ({})", suffix);
  return {};
}

}  // namespace shirgate
