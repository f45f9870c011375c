#include "policy/adf/derive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace shirgate::adf {
namespace {

bool holds(Fact fact, const Factory& factory) {
  switch (fact) {
    case Fact::factory_key: return true;
    case Fact::relay_authoring: return factory.interactive_authoring == Authoring::relay;
    case Fact::auto_update: return factory.auto_update;
    case Fact::staged_copy: return !factory.staging_accounts.empty();
    case Fact::key_vault: return !factory.key_vaults.empty();
    case Fact::entra_auth: return factory.entra_auth;
  }
  return false;
}

void substitute(std::string& text, std::string_view placeholder, std::string_view value) {
  const auto at = text.find(placeholder);
  if (at != std::string::npos) text.replace(at, placeholder.size(), value);
}

/// The plural inputs, by the placeholder that stands for one of their items.
const std::vector<std::string>* items_for(std::string_view text, const Factory& factory,
                                          std::string_view& placeholder) {
  const auto stands_for = [&](std::string_view name) {
    placeholder = name;
    return text.find(name) != std::string_view::npos;
  };
  if (stands_for("{relay_host}")) return &factory.relay_hosts;
  if (stands_for("{staging_account}")) return &factory.staging_accounts;
  if (stands_for("{key_vault}")) return &factory.key_vaults;
  return nullptr;
}

/// The names one row yields: its pin once per known item, or its pattern.
std::vector<std::string> names_of(const CatalogueRow& row, const Factory& factory) {
  std::string_view placeholder;
  const auto* items = items_for(row.pin, factory, placeholder);
  std::vector<std::string> names;
  if (items != nullptr && !items->empty()) {
    for (const auto& item : *items) substitute(names.emplace_back(row.pin), placeholder, item);
    return names;
  }
  auto& name = names.emplace_back(row.pattern);
  substitute(name, "{factory}", factory.name);
  substitute(name, "{region}", factory.region);
  return names;
}

Rule make_rule(const CatalogueRow& row, const Factory& factory, const std::string& name) {
  auto pattern = parse_pattern(name);
  Rule rule{.name = Name(fmt::format("{}/{}/{}", factory.runtime.text(), row.id, name)),
            .runtime = factory.runtime,
            .channel = Name(row.channel),
            .pattern = *std::move(pattern),
            .port = row.port,
            .protocol = row.protocol,
            .may_be_quiet = row.may_be_quiet,
            .provenance = {.origin = fmt::format("catalogue {}", row.id),
                           .purpose = std::string(row.purpose),
                           .source = std::string(row.source)}};
  const auto expected = factory.private_link.find(row.channel);
  if (row.may_be_private && expected != factory.private_link.end()) rule.addresses = expected->second;
  return rule;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

struct Grammar {
  std::size_t shortest;
  std::size_t longest;
  bool hyphens;
  std::string_view what;
};

Checked<std::string> check(std::string_view text, const Grammar& grammar) {
  const auto fits = [&](unsigned char c) { return (c < 128 && std::isalnum(c) != 0) || (grammar.hyphens && c == '-'); };
  const bool ends_well = !text.starts_with('-') && !text.ends_with('-');
  if (text.size() < grammar.shortest || text.size() > grammar.longest || !ends_well ||
      !std::all_of(text.begin(), text.end(), fits))
    return complain(fmt::format("'{}' is not {}: {} to {} letters, digits{}", text, grammar.what, grammar.shortest,
                                grammar.longest, grammar.hyphens ? " or hyphens" : ""));
  return lower(text);
}

}  // namespace

std::vector<Rule> derive(const Catalogue& catalogue, const Factory& factory) {
  std::vector<Rule> rules;
  for (const auto& row : catalogue.rows) {
    if (row.cloud != "all" && row.cloud != factory.cloud) continue;
    if (!holds(row.needs, factory)) continue;
    for (const auto& name : names_of(row, factory)) rules.push_back(make_rule(row, factory, name));
  }
  return rules;
}

Checked<std::string> check_factory_name(std::string_view text) { return check(text, {3, 63, true, "a factory name"}); }

Checked<std::string> check_region(std::string_view text) {
  auto region = check(text, {3, 40, false, "a region name"});
  if (region.has_error())
    return complain(fmt::format("'{}' is not a region name; write it as ARM does, like 'westeurope'", text));
  return region;
}

Checked<std::string> check_storage_account(std::string_view text) {
  if (text.find('.') != std::string_view::npos)
    return complain(fmt::format("'{}': write the account's name alone, not its host", text));
  return check(text, {3, 24, false, "a storage account name"});
}

Checked<std::string> check_key_vault(std::string_view text) {
  if (text.find('.') != std::string_view::npos)
    return complain(fmt::format("'{}': write the vault's name alone, not its host", text));
  return check(text, {3, 24, true, "a key vault name"});
}

Checked<std::string> check_relay_host(std::string_view text) {
  auto pattern = parse_pattern(text);
  if (pattern.has_error()) return pattern.error();
  if (pattern->is_wildcard())
    return complain(fmt::format("'{}': a pin is one exact host; leave relay_hosts empty for the wildcard", text));
  if (!pattern->name().ends_with(".servicebus.windows.net"))
    return complain(fmt::format("'{}' is not below servicebus.windows.net", text));
  return pattern->name();
}

}  // namespace shirgate::adf
