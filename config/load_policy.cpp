#include "config/load_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/adf/derive.hpp"

namespace shirgate {
namespace {

constexpr int broadest_expected_prefix = 16;

using Texts = std::vector<std::string>;

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 128 && std::isalnum(c) != 0) || c == '-' || c == '_' || c == '.';
  });
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

bool touches_the_floor(const AddressRange& range) {
  static const std::array floor{*parse_range("0.0.0.0/8"),      *parse_range("127.0.0.0/8"),
                                *parse_range("169.254.0.0/16"), *parse_range("168.63.129.16"),
                                *parse_range("224.0.0.0/4"),    *parse_range("::/127"),
                                *parse_range("fe80::/10"),      *parse_range("ff00::/8")};
  return std::any_of(floor.begin(), floor.end(), [&](const AddressRange& block) { return block.overlaps(range); });
}

/// Where a name must resolve to. Too broad a range would make the check worthless.
std::vector<AddressRange> read_expected_addresses(TableReader& table, std::string_view key) {
  auto ranges = read_ranges(table, key);
  for (const auto& range : ranges) {
    if (touches_the_floor(range))
      table.complain(key,
                     fmt::format("{} {}: {} reaches addresses that are never dialled (loopback, link-local, metadata, "
                                 "multicast)",
                                 table.title(), key, to_string(range)));
    if (range.prefix_bits < broadest_expected_prefix)
      table.complain(key, fmt::format("{} {}: {} is broader than /{}; name the subnet of the private endpoints",
                                      table.title(), key, to_string(range), broadest_expected_prefix));
  }
  return ranges;
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

std::vector<std::uint16_t> read_ports(TableReader& allow) {
  std::vector<std::uint16_t> ports;
  const auto* found = allow.node("ports");
  const auto* list = found == nullptr ? nullptr : found->as_array();
  if (list == nullptr || list->empty()) {
    allow.complain("ports", "[[allow]] needs ports: write for example ports = [443]");
    return ports;
  }
  for (const auto& entry : *list) {
    const auto port = entry.value<std::int64_t>().value_or(0);
    if (!entry.is_integer() || port < 1 || port > 65535)
      allow.mistakes().add(entry, "[[allow]] ports: a port is a number from 1 to 65535; ranges are not taken");
    else if (port == 1433)
      allow.mistakes().add(entry, "[[allow]] ports: 1433 is SQL, which is not served yet");
    else
      ports.push_back(static_cast<std::uint16_t>(port));
  }
  return ports;
}

std::vector<HostPattern> read_hosts(TableReader& allow, const std::string& ticket) {
  std::vector<HostPattern> patterns;
  if (allow.node("hosts") == nullptr)
    allow.complain("hosts", "[[allow]] needs hosts: write for example hosts = [\"erp.contoso.example\"]");
  for (const auto& item : allow.texts("hosts")) {
    auto pattern = parse_pattern(item.text);
    if (pattern.has_error()) {
      allow.mistakes().add(item.line, fmt::format("[[allow]] hosts: {}", pattern.error().text()));
      continue;
    }
    const auto suffix = adf::shared_tenant_suffix_of(*pattern);
    if (!suffix.empty() && ticket.empty())
      allow.mistakes().add(item.line,
                           fmt::format("[[allow]] hosts: anybody can rent a name below {}: name the exact host, "
                                       "or accept the risk with multi_tenant_ack = \"TICKET\"",
                                       suffix));
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

void read_allow(const toml::table& table, MistakeList& mistakes, const std::vector<Runtime>& runtimes,
                std::vector<Rule>& rules) {
  TableReader reader(table, "[[allow]]", mistakes);
  const auto runtime = read_name(reader, "runtime", "contoso-prod").value_or(Name());
  if (!runtime.empty() &&
      std::none_of(runtimes.begin(), runtimes.end(), [&](const Runtime& known) { return known.name == runtime; }))
    reader.complain("runtime",
                    fmt::format("[[allow]] runtime = \"{}\": there is no [[runtime]] of that name", runtime.text()));
  const auto channel = read_name(reader, "channel", "erp").value_or(Name());
  const auto acknowledged = reader.text("multi_tenant_ack").value_or("");
  const auto patterns = read_hosts(reader, acknowledged);
  const auto ports = read_ports(reader);
  const auto ticket = reader.text("ticket").value_or(acknowledged);
  const auto expires = reader.date("expires");
  const auto addresses = read_expected_addresses(reader, "addresses");
  for (const auto& pattern : patterns)
    for (const auto port : ports) {
      const Name name(fmt::format("{}/{}/{}:{}", runtime.text(), channel.text(), pattern.text(), port));
      if (std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.name == name; }))
        reader.complain("hosts", fmt::format("[[allow]] hosts: {} port {} is listed twice for channel '{}'",
                                             pattern.text(), port, channel.text()));
      rules.push_back({.name = name,
                       .runtime = runtime,
                       .channel = channel,
                       .pattern = pattern,
                       .port = port,
                       .addresses = addresses,
                       .expires = expires,
                       .ticket = ticket,
                       .provenance = {fmt::format("[[allow]] line {}", reader.line()), "added by hand", ticket}});
    }
  reader.refuse_the_rest();
}

}  // namespace

std::shared_ptr<const Policy> load_policy(TableReader& file) {
  std::vector<Runtime> runtimes;
  std::vector<Rule> rules;
  for (const auto* table : file.tables("runtime")) read_runtime(*table, file.mistakes(), runtimes, rules);
  for (const auto* table : file.tables("allow")) read_allow(*table, file.mistakes(), runtimes, rules);
  return std::make_shared<const Policy>(std::move(runtimes), std::move(rules));
}

}  // namespace shirgate
