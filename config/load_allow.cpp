#include <fmt/format.h>

#include <algorithm>

#include "config/load_policy.hpp"
#include "config/values.hpp"
#include "policy/adf/catalogue.hpp"

namespace shirgate {
namespace {

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

}  // namespace

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

}  // namespace shirgate
