#include <fmt/format.h>

#include <algorithm>

#include "config/load_policy.hpp"
#include "config/values.hpp"
#include "policy/adf/derive.hpp"

namespace shirgate {
namespace {

using Texts = std::vector<std::string>;

/// A list of texts, each through one of the checks of policy/adf/.
Texts read_checked(TableReader& table, std::string_view key, Checked<std::string> (*check)(std::string_view)) {
  Texts values;
  for (const auto& item : table.texts(key, true)) {
    auto value = check(item.text);
    if (value.has_error())
      table.mistakes().add(item.line, fmt::format("{} {}: {}", table.title(), key, value.error().text()));
    else if (std::find(values.begin(), values.end(), *value) != values.end())
      table.mistakes().add(item.line, fmt::format("{} {}: '{}' is listed twice", table.title(), key, item.text));
    else
      values.push_back(*std::move(value));
  }
  return values;
}

std::vector<AddressRange> read_clients(TableReader& table, const std::vector<Runtime>& others) {
  if (table.node("clients") == nullptr)
    table.complain("clients", fmt::format("{} needs clients: the addresses this runtime connects from, like "
                                          "[\"10.20.0.21/32\"]",
                                          table.title()));
  auto clients = read_ranges(table, "clients");
  for (std::size_t i = 0; i < clients.size(); ++i) {
    if (clients[i].prefix_bits == 0)
      table.complain("clients",
                     fmt::format("{} clients: {} is everybody; name the hosts", table.title(), to_string(clients[i])));
    for (std::size_t j = 0; j < i; ++j)
      if (clients[i].overlaps(clients[j]))
        table.complain("clients", fmt::format("{} clients: {} and {} overlap", table.title(), to_string(clients[j]),
                                              to_string(clients[i])));
    for (const auto& other : others)
      for (const auto& range : other.clients)
        if (clients[i].overlaps(range))
          table.complain("clients",
                         fmt::format("{} clients: {} overlaps {} of runtime '{}'; a client belongs to one "
                                     "runtime",
                                     table.title(), to_string(clients[i]), to_string(range), other.name.text()));
  }
  return clients;
}

/// Channel -> ticket, from `multi_tenant_ack = { relay = "CHG-1200" }`.
std::map<std::string, std::string, std::less<>> read_acknowledgements(TableReader& runtime) {
  std::map<std::string, std::string, std::less<>> tickets;
  const auto* table = runtime.table("multi_tenant_ack");
  if (table == nullptr) return tickets;
  TableReader reader(*table, runtime.title() + " multi_tenant_ack", runtime.mistakes());
  for (const auto* channel : {"relay", "staging", "keyvault"})
    if (auto ticket = reader.text(channel)) tickets[channel] = *std::move(ticket);
  reader.refuse_the_rest();
  return tickets;
}

void read_private_link(TableReader& runtime, adf::Factory& factory) {
  const auto* table = runtime.table("private_link");
  if (table == nullptr) return;
  TableReader reader(*table, runtime.title() + " private_link", runtime.mistakes());
  for (const auto* channel : {"control", "staging", "keyvault"})
    if (reader.node(channel) != nullptr) factory.private_link[channel] = read_expected_addresses(reader, channel);
  reader.refuse_the_rest();
}

adf::Factory read_factory(TableReader& runtime, Name name) {
  adf::Factory factory{.runtime = name};
  const auto read_one = [&](std::string_view key, std::string_view example,
                            Checked<std::string> (*check)(std::string_view), std::string& into) {
    const auto text = runtime.required_text(key, example);
    if (!text) return;
    auto value = check(*text);
    if (value.has_error())
      runtime.complain(key, fmt::format("{} {}: {}", runtime.title(), key, value.error().text()));
    else
      into = *std::move(value);
  };
  read_one("factory", "contoso-prod", adf::check_factory_name, factory.name);
  read_one("region", "westeurope", adf::check_region, factory.region);
  if (const auto cloud = runtime.choice("cloud", {"public", "usgov", "china"})) {
    if (*cloud != "public")
      runtime.complain("cloud",
                       fmt::format("{} cloud = \"{}\" is not served yet; only \"public\" is", runtime.title(), *cloud));
    factory.cloud = *cloud;
  }
  if (const auto mode = runtime.choice("mode", {"enforce", "report"}); mode == "report")
    runtime.complain("mode",
                     fmt::format("{} mode = \"report\" is not served yet; only \"enforce\" is", runtime.title()));
  factory.auto_update = runtime.flag("auto_update").value_or(factory.auto_update);
  factory.entra_auth = runtime.flag("entra_auth").value_or(factory.entra_auth);
  const auto authoring = runtime.choice("interactive_authoring", {"relay", "self-contained", "off"}).value_or("relay");
  factory.interactive_authoring = authoring == "relay" ? adf::Authoring::relay
                                  : authoring == "off" ? adf::Authoring::off
                                                       : adf::Authoring::self_contained;
  factory.relay_hosts = read_checked(runtime, "relay_hosts", adf::check_relay_host);
  if (!factory.relay_hosts.empty() && authoring != "relay")
    runtime.complain("relay_hosts",
                     fmt::format("{} relay_hosts says which relay to use and interactive_authoring = \"{}\" "
                                 "says none; keep one",
                                 runtime.title(), authoring));
  factory.staging_accounts = read_checked(runtime, "staging_accounts", adf::check_storage_account);
  factory.key_vaults = read_checked(runtime, "key_vaults", adf::check_key_vault);
  read_private_link(runtime, factory);
  return factory;
}

/// Derives the rules and asks for a ticket where one lets data out to anybody's tenant.
std::vector<Rule> derive_rules(TableReader& runtime, const adf::Factory& factory) {
  const auto tickets = read_acknowledgements(runtime);
  auto rules = adf::derive(adf::builtin_catalogue(), factory);
  const auto refuse_unused = [&](std::string_view key, std::string_view channel) {
    const auto of_channel = [&](const Rule& rule) { return rule.channel.text() == channel; };
    if (std::none_of(rules.begin(), rules.end(), of_channel))
      runtime.complain(key,
                       fmt::format("{} {}: nothing opens the channel '{}', so its entry would be ignored; remove it",
                                   runtime.title(), key, channel));
  };
  for (const auto& [channel, ticket] : tickets) refuse_unused("multi_tenant_ack", channel);
  for (const auto& [channel, ranges] : factory.private_link) refuse_unused("private_link", channel);
  for (auto& rule : rules) {
    const auto suffix = adf::shared_tenant_suffix_of(rule.pattern);
    if (suffix.empty()) continue;
    const auto ticket = tickets.find(rule.channel.text());
    if (ticket != tickets.end() && !ticket->second.empty()) {
      rule.ticket = ticket->second;
      continue;
    }
    runtime.complain(
        "multi_tenant_ack",
        fmt::format("{} channel '{}' needs {} and anybody can rent a name below {}: pin the hosts "
                    "(relay_hosts), or accept the risk by name with multi_tenant_ack = {{ {} = \"TICKET\" }}",
                    runtime.title(), rule.channel.text(), rule.pattern.text(), suffix, rule.channel.text()));
  }
  return rules;
}

}  // namespace

void read_runtime(const toml::table& table, MistakeList& mistakes, std::vector<Runtime>& runtimes,
                  std::vector<Rule>& rules) {
  TableReader reader(table, "[[runtime]]", mistakes);
  const auto name = read_name(reader, "name", "contoso-prod").value_or(Name());
  if (std::any_of(runtimes.begin(), runtimes.end(), [&](const Runtime& other) { return other.name == name; }))
    reader.complain("name", fmt::format("[[runtime]] name = \"{}\" is used twice", name.text()));
  auto clients = read_clients(reader, runtimes);
  const auto factory = read_factory(reader, name);
  // Rules are made from names that passed their checks only.
  if (!factory.name.empty() && !factory.region.empty())
    for (auto& rule : derive_rules(reader, factory)) rules.push_back(std::move(rule));
  else
    static_cast<void>(read_acknowledgements(reader));
  runtimes.push_back({name, std::move(clients)});
  reader.refuse_the_rest();
}

}  // namespace shirgate
