#include "config/load_ingresses.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/values.hpp"
#include "policy/sql_port.hpp"

namespace shirgate {
namespace {

bool is_wildcard(const Address& address) {
  return std::all_of(address.bytes.begin() + (address.is_v4 ? 12 : 0), address.bytes.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}

/// Would one socket take what is meant for the other?
bool meet(const Endpoint& one, const Endpoint& other) {
  if (one.port != other.port || one.port == 0) return false;
  return one.address == other.address || is_wildcard(one.address) || is_wildcard(other.address);
}

/// What [[forward]] and [[transparent]] share: where they listen.
void read_listen(TableReader& table, const Settings& settings, Ingress& ingress) {
  const auto text = table.required_text("listen", "10.20.0.10:1433");
  if (!text) return;
  const auto endpoint = parse_endpoint(*text);
  if (!endpoint)
    return table.complain("listen", fmt::format("{} listen: '{}' is not an address and port, like \"10.20.0.10:1433\"",
                                                table.title(), *text));
  ingress.listen = *endpoint;
  if (settings.lab_enabled && !is_loopback(endpoint->address))
    table.complain("listen",
                   fmt::format("{} listen: a lab listens on loopback only, and this is {}", table.title(), *text));
  const auto taken = [&](const Endpoint& other) { return meet(*endpoint, other); };
  const bool by_gate = std::any_of(settings.listen.begin(), settings.listen.end(), taken);
  const bool by_other = std::any_of(settings.ingresses.begin(), settings.ingresses.end(),
                                    [&](const Ingress& other) { return taken(other.listen); });
  if (by_gate || by_other)
    table.complain("listen", fmt::format("{} listen: {} is taken by {}; every door needs an address or a port of its "
                                         "own",
                                         table.title(), *text, by_gate ? "[gate] listen" : "another door"));
}

const Runtime* read_runtime_of(TableReader& table, const Policy& policy, Ingress& ingress) {
  ingress.runtime = read_name(table, "runtime", "contoso-prod").value_or(Name());
  if (ingress.runtime.empty()) return nullptr;
  const auto* runtime = policy.runtime(ingress.runtime);
  if (runtime == nullptr)
    table.complain("runtime", fmt::format("{} runtime = \"{}\": there is no [[runtime]] of that name", table.title(),
                                          ingress.runtime.text()));
  return runtime;
}

/// A door to a place that no rule lists would refuse everybody; that is never what somebody meant.
void check_target_is_listed(TableReader& table, const Policy& policy, const Ingress& ingress) {
  const auto& rules = policy.rules();
  const auto spoken = ingress.target->port == sql_port ? Protocol::tds : Protocol::tls;
  const bool listed = std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
    return rule.runtime == ingress.runtime && rule.port == ingress.target->port && rule.protocol == spoken &&
           rule.pattern.matches(ingress.target->host);
  });
  if (!listed)
    table.complain("target", fmt::format("{} target: no rule of runtime '{}' lists {}; write sql = \"source\" and "
                                         "sql_servers in its [[runtime]], or an [[allow]]",
                                         table.title(), ingress.runtime.text(), to_string(*ingress.target)));
}

void read_target(TableReader& table, const Policy& policy, Ingress& ingress) {
  const auto text = table.text("target");
  if (text && ingress.sql_by_sni)
    return table.complain("sql_by_sni", "[[forward]] has target and sql_by_sni, and either alone says where to go");
  if (ingress.sql_by_sni) return;
  if (!text)
    return table.complain("target", "[[forward]] needs target, like \"contoso-sql.database.windows.net:1433\"");
  auto target = parse_target(*text);
  if (target.has_error())
    return table.complain("target", fmt::format("[[forward]] target: '{}' is not host:port", *text));
  ingress.target = *std::move(target);
  // A policy that was not read whole would be blamed for what it lacks.
  if (table.mistakes().empty()) check_target_is_listed(table, policy, ingress);
}

void check_clients_reach(TableReader& table, const Runtime& runtime, const Ingress& ingress) {
  for (const auto& range : runtime.clients)
    if (!can_reach(range, ingress.listen.address))
      table.complain("listen", fmt::format("{} listen: the clients {} of runtime '{}' can't reach {}", table.title(),
                                           to_string(range), runtime.name.text(), to_string(ingress.listen)));
}

void read_forward(const toml::table& toml, MistakeList& mistakes, Config& config) {
  TableReader table(toml, "[[forward]]", mistakes);
  Ingress ingress{.kind = IngressKind::forward};
  const auto before = mistakes.size();
  read_listen(table, config.settings, ingress);
  const auto* runtime = read_runtime_of(table, *config.policy, ingress);
  ingress.sql_by_sni = table.flag("sql_by_sni").value_or(false);
  read_target(table, *config.policy, ingress);
  if (runtime != nullptr && mistakes.size() == before) check_clients_reach(table, *runtime, ingress);
  table.refuse_the_rest();
  config.settings.ingresses.push_back(std::move(ingress));
}

void read_transparent(const toml::table& toml, MistakeList& mistakes, Config& config) {
  TableReader table(toml, "[[transparent]]", mistakes);
  Ingress ingress;
  read_listen(table, config.settings, ingress);
  const auto how = table.choice("interception", {"redirect", "tproxy"}).value_or("redirect");
  ingress.kind = how == "tproxy" ? IngressKind::tproxy : IngressKind::redirect;
  ingress.ports = {443};
  if (table.node("ports") != nullptr) ingress.ports = read_ports(table);
  ingress.sql_by_sni = table.flag("sql_by_sni").value_or(false);
  if (ingress.sql_by_sni && std::find(ingress.ports.begin(), ingress.ports.end(), sql_port) == ingress.ports.end())
    table.complain("sql_by_sni", "[[transparent]] sql_by_sni is for port 1433, which its ports do not have");
  // A connection to that port could be one that was caught, or one that came straight here: nobody could tell.
  if (std::find(ingress.ports.begin(), ingress.ports.end(), ingress.listen.port) != ingress.ports.end())
    table.complain("listen", fmt::format("[[transparent]] listen: port {} is one of its ports, so who comes straight "
                                         "here would look caught; listen on another, like 8443",
                                         ingress.listen.port));
  table.refuse_the_rest();
  config.settings.ingresses.push_back(std::move(ingress));
}

}  // namespace

std::string_view to_string(IngressKind kind) {
  switch (kind) {
    case IngressKind::connect: return "connect";
    case IngressKind::forward: return "forward";
    case IngressKind::redirect: return "redirect";
    case IngressKind::tproxy: return "tproxy";
  }
  return "connect";
}

bool can_reach(const AddressRange& range, const Address& listener) {
  if (range.first.is_v4 != listener.is_v4) return is_wildcard(listener) && !listener.is_v4;
  if (is_wildcard(listener)) return true;
  return is_loopback(range.first) == is_loopback(listener);
}

void load_ingresses(TableReader& file, Config& config) {
  for (const auto* table : file.tables("forward")) read_forward(*table, file.mistakes(), config);
  for (const auto* table : file.tables("transparent")) read_transparent(*table, file.mistakes(), config);
}

}  // namespace shirgate
