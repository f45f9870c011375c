#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/load_policy.hpp"
#include "config/read_demands.hpp"
#include "config/read_inputs.hpp"
#include "config/values.hpp"
#include "policy/adf/derive.hpp"
#include "policy/adf/shared_tenant.hpp"

namespace shirgate {
namespace {

using Tickets = std::map<std::string, std::string, std::less<>>;

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
Tickets read_acknowledgements(TableReader& runtime, const adf::Catalogue& catalogue) {
  Tickets tickets;
  const auto* table = runtime.table("multi_tenant_ack");
  if (table == nullptr) return tickets;
  TableReader reader(*table, runtime.title() + " multi_tenant_ack", runtime.mistakes());
  for (const auto& channel : catalogue.channels)
    if (auto ticket = read_ticket(reader, channel.id); !ticket.empty()) tickets[channel.id] = std::move(ticket);
  reader.refuse_the_rest();
  return tickets;
}

/// A browser is no integration runtime: it needs the portal, and by [[allow]] what else its people need.
void read_browser(TableReader& runtime, const adf::Catalogue& catalogue, adf::Factory& factory) {
  for (const auto& row : adf::input_table()) {
    const bool applies = row.key == "cloud" || row.key == "private_link";
    if (runtime.node(row.key) == nullptr || applies) continue;
    runtime.complain(row.key, fmt::format("{} kind = \"browser\" takes no {}: that is an integration runtime's",
                                          runtime.title(), row.key));
  }
  read_input_keys(runtime, catalogue, factory);
  factory.auto_update = false;
  factory.interactive_authoring = adf::Authoring::off;
}

void read_shir(TableReader& runtime, const adf::Catalogue& catalogue, adf::Factory& factory) {
  read_input_keys(runtime, catalogue, factory);
  factory.relay_gateways = runtime.flag("relay_gateways").value_or(false);
}

/// An entry that no rule needs would be ignored, and an ignored key is a hole; a ticket would lie in wait for the day
/// that somebody removes a pin.
void refuse_unused(TableReader& runtime, std::string_view key, std::string_view channel, bool used) {
  if (used) return;
  runtime.complain(key, fmt::format("{} {}: nothing in channel '{}' needs it, so its entry would be ignored; remove it",
                                    runtime.title(), key, channel));
}

/// A wildcard where anybody can rent a name needs somebody's name on the risk.
void ask_for_ticket(TableReader& runtime, const adf::Catalogue& catalogue, const Tickets& tickets, Rule& rule) {
  const auto suffix = adf::shared_tenant_suffix_of(catalogue, rule.pattern);
  if (suffix.empty()) return;
  const auto channel = rule.channel.text();
  if (const auto ticket = tickets.find(channel); ticket != tickets.end()) {
    rule.ticket = ticket->second;
    return;
  }
  runtime.complain(
      "multi_tenant_ack",
      fmt::format("{} channel '{}' needs {} and anybody can rent a name below {}: name the hosts (relay_hosts, "
                  "staging_accounts, storage_accounts, key_vaults and so on), or accept the risk by name with "
                  "multi_tenant_ack = {{ {} = \"TICKET\" }}",
                  runtime.title(), channel, rule.pattern.text(), suffix, channel));
}

/// What the rules of a [[runtime]] have beside what the catalogue says.
struct Extras {
  Tickets tickets;
  HelloDemands otherwise;  ///< for channels that `demands` does not have
  DemandsByChannel demands;
};

void add_rules(TableReader& runtime, const adf::Factory& factory, const Extras& extras, PolicyDraft& draft) {
  const auto& tickets = extras.tickets;
  std::set<std::string_view> with_ticket;
  std::set<std::string_view> made_private;
  std::set<std::string_view> ruled;
  std::set<std::string_view> with_tds;
  for (const auto& need : adf::derive(draft.catalogue, factory)) {
    if (adf::carried_by(*need.row) != adf::Carrier::gate) continue;
    auto rule = adf::make_rule(draft.catalogue, need, factory);
    ask_for_ticket(runtime, draft.catalogue, tickets, rule);
    const auto demands = extras.demands.find(need.row->channel);
    rule.hello = demands == extras.demands.end() ? extras.otherwise : demands->second;
    const bool tds = rule.protocol == Protocol::tds;
    rule.hello.sni_optional = rule.hello.sni_optional && tds;
    ruled.insert(need.row->channel);
    if (tds) with_tds.insert(need.row->channel);
    if (!rule.ticket.empty()) with_ticket.insert(need.row->channel);
    if (!rule.addresses.empty()) made_private.insert(need.row->channel);
    if (!draft.add(std::move(rule)))
      return runtime.complain(
          "name", fmt::format("{} comes to over {} rules, or to one twice", runtime.title(), PolicyDraft::most_rules));
  }
  for (const auto& [channel, ticket] : tickets)
    refuse_unused(runtime, "multi_tenant_ack", channel, with_ticket.contains(channel));
  for (const auto& [channel, ranges] : factory.private_link.ranges)
    refuse_unused(runtime, "private_link", channel, made_private.contains(channel));
  if (extras.otherwise.sni_optional && with_tds.empty()) refuse_unused(runtime, "tds_sni", "data-sql", false);
  for (const auto& [channel, demands] : extras.demands) {
    const bool idle_sni = demands.sni_optional && !extras.otherwise.sni_optional && !with_tds.contains(channel);
    refuse_unused(runtime, "tls", channel, ruled.contains(channel) && !idle_sni);
  }
}

}  // namespace

void read_runtime(const toml::table& table, PolicyDraft& draft) {
  TableReader reader(table, "[[runtime]]", draft.mistakes);
  const auto name = read_name(reader, "name", "contoso-prod").value_or(Name());
  if (std::any_of(draft.runtimes.begin(), draft.runtimes.end(),
                  [&](const Runtime& other) { return other.name == name; }))
    reader.complain("name", fmt::format("[[runtime]] name = \"{}\" is used twice", name.text()));
  auto clients = read_clients(reader, draft.runtimes);
  adf::Factory factory{.runtime = name};
  const auto before = draft.mistakes.size();
  if (reader.choice("kind", {"shir", "browser"}) == "browser") {
    factory.kind = RuntimeKind::browser;
    read_browser(reader, draft.catalogue, factory);
  } else {
    read_shir(reader, draft.catalogue, factory);
  }
  Extras extras{.tickets = read_acknowledgements(reader, draft.catalogue)};
  extras.otherwise.ech_allowed = factory.kind == RuntimeKind::browser;
  if (const auto word = reader.choice("tds_sni", {"required", "optional"}))
    extras.otherwise.sni_optional = *word == "optional";
  extras.demands = read_channel_demands(reader, draft.catalogue, extras.otherwise);
  // Rules are made from names that passed their checks only, and what failed one is not blamed for being missing.
  if (draft.mistakes.size() == before)
    complain_of_contradictions(reader, draft.catalogue, factory, adf::Spelling::configuration);
  if (draft.mistakes.size() == before) add_rules(reader, factory, extras, draft);
  draft.runtimes.push_back({name, std::move(clients), factory.kind, read_reporting(reader, draft.now)});
  draft.factories.push_back(std::move(factory));
  reader.refuse_the_rest();
}

}  // namespace shirgate
