#include "cli/firewall_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/rule_list.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

using Model = FirewallModel;

constexpr std::string_view node_word = "other-nodes";

constexpr std::array neighbours{
    Model::Neighbour{"names", "udp", "53", "NAME_SERVERS", "for inside names only; a proxy's client needs no others"},
    Model::Neighbour{"names-tcp", "tcp", "53", "NAME_SERVERS", "the same servers"},
    Model::Neighbour{"time", "udp", "123", "TIME_SERVERS", "the clock; certificates are checked against it"},
    Model::Neighbour{"directory", "tcp", "88, 135, 389, 445, 464, 636, 3268-3269, 49152-65535", "DOMAIN_CONTROLLERS",
                     "where the machine is in a domain"},
    Model::Neighbour{"directory-udp", "udp", "88, 123, 389, 464", "DOMAIN_CONTROLLERS", "the same controllers"},
    Model::Neighbour{"activation", "tcp", "1688", "KMS_SERVERS", "the licence of Windows"},
    Model::Neighbour{node_word, "tcp", "8060", "OTHER_NODES",
                     "nodes of the same runtime, and remote access on the LAN"},
    Model::Neighbour{"wireserver", "tcp", "80, 32526", "168.63.129.16", "on Azure, the machine's agent", true},
    Model::Neighbour{"metadata", "tcp", "80", "169.254.169.254",
                     "on Azure, the metadata service; it hands out the tokens of the machine's identity", true},
};

/// The floor holds wildcards and loopback, and from outside nobody reaches a gate at such an address.
bool reachable(const Address& address) { return classify(address) != AddressClass::prohibited; }

/// Where clients reach the gate, or what the person must say.
Checked<std::vector<Endpoint>> gate_endpoints(const Settings& settings, std::span<const Address> given) {
  const auto* nobody = std::find_if_not(given.data(), given.data() + given.size(), reachable);
  if (nobody != given.data() + given.size())
    return complain(
        fmt::format("--gate {}: no client reaches the gate there; write the address that the proxy setting "
                    "of the clients names",
                    to_string(*nobody)));
  std::set<Endpoint> endpoints;
  auto doors = settings.listen;
  for (const auto& ingress : settings.ingresses)
    if (ingress.kind == IngressKind::forward) doors.push_back(ingress.listen);
  for (const auto& listen : doors) {
    const bool only_here = is_loopback(listen.address) && doors.size() > 1;
    if (only_here) continue;
    if (listen.port == 0)
      return complain(
          fmt::format("[gate] listen = \"{}\" asks the kernel for a port, and a firewall must know it; write "
                      "a port like 3128",
                      to_string(listen)));
    if (given.empty() && !reachable(listen.address))
      return complain(
          fmt::format("[gate] listen = \"{}\" does not say where clients reach the gate; say it with --gate "
                      "ADDRESS, once for each address",
                      to_string(listen)));
    if (given.empty() && is_placeholder(listen.address))
      return complain(
          fmt::format("[gate] listen = \"{}\" is a placeholder; write the gate's own address, or say it with "
                      "--gate ADDRESS",
                      to_string(listen)));
    if (given.empty()) endpoints.insert(listen);
    for (const auto& address : given) endpoints.insert({address, listen.port});
  }
  return std::vector<Endpoint>(endpoints.begin(), endpoints.end());
}

std::string tag_of(const adf::Catalogue& catalogue, const adf::CatalogueRow* row) {
  const auto* channel = row == nullptr ? nullptr : catalogue.channel(row->channel);
  return channel == nullptr ? "" : channel->service_tag;
}

void add_exit(Model& model, const Rule& rule, std::string tag) {
  const auto same = std::find_if(model.exits.begin(), model.exits.end(), [&](const Model::Exit& exit) {
    return exit.pattern == rule.pattern && exit.port == rule.port && exit.protocol == rule.protocol &&
           exit.addresses == rule.addresses;
  });
  if (same == model.exits.end()) {
    model.exits.push_back({rule.pattern, rule.port, rule.protocol, rule.addresses, std::move(tag), {&rule}});
    return;
  }
  if (same->service_tag.empty()) same->service_tag = std::move(tag);
  same->rules.push_back(&rule);
}

void add_rule(Model& model, const adf::Catalogue& catalogue, const ListedRule& listed) {
  const auto& rule = *listed.rule;
  if (listed.expired) {
    model.notes.push_back(
        fmt::format("Rule {} was valid until {} and is left out.", rule.name.text(), to_text(rule.expires)));
    return;
  }
  if (rule.expires)
    model.notes.push_back(
        fmt::format("Rule {} is valid until {}; after that day make this again, for a firewall knows "
                    "no last day.",
                    rule.name.text(), to_text(rule.expires)));
  add_exit(model, rule, tag_of(catalogue, listed.row));
}

void add_runtime(Model& model, const ListedRuntime& listed) {
  const auto& runtime = *listed.runtime;
  model.clients.push_back({runtime.name, runtime.kind, runtime.clients});
  for (const auto& rule : listed.rules) add_rule(model, *listed.catalogue, rule);
  for (const auto& need : listed.not_carried)
    if (need.row->transport != adf::Transport::nettcp_lan)  // that has a place among the neighbours
      model.direct.push_back(
          {runtime.name, need.row, need.host, tag_of(*listed.catalogue, need.row), adf::why_not_carried(*need.row)});
  if (listed.reports && runtime.reporting->everything)
    model.notes.push_back(
        fmt::format("Runtime {} {}: the gate lets unlisted hosts on 443 pass and records them, but what "
                    "follows names only the rules.",
                    runtime.name.text(), report_clause(*runtime.reporting)));
}

void add_name_servers(Model& model, const std::vector<Endpoint>& servers) {
  if (servers.empty())
    model.notes.emplace_back(
        "[dns] servers is empty, so the gate asks the system's name servers, whose addresses are not known here: write "
        "them into [dns] servers and make this again.");
  for (const auto& server : servers)
    if (is_loopback(server.address))
      model.notes.push_back(
          fmt::format("Name server {} is on the gate's own machine; whom it asks is not known here: add "
                      "that yourself.",
                      to_string(server)));
    else
      model.name_servers.push_back(server);
  model.asks_unknown_name_servers = model.name_servers.size() < std::max<std::size_t>(servers.size(), 1);
}

bool talks_to_nodes(const std::vector<ListedRuntime>& list) {
  return std::any_of(list.begin(), list.end(), [](const ListedRuntime& listed) {
    return std::any_of(listed.not_carried.begin(), listed.not_carried.end(),
                       [](const adf::Need& need) { return need.row->transport == adf::Transport::nettcp_lan; });
  });
}

}  // namespace

Checked<FirewallModel> firewall_model(const Config& config, std::span<const Address> gate, Time now) {
  auto endpoints = gate_endpoints(config.settings, gate);
  if (endpoints.has_error()) return endpoints.error();
  Model model;
  model.gate = *std::move(endpoints);
  const auto list = list_rules(config, now);
  for (const auto& listed : list) add_runtime(model, listed);
  add_name_servers(model, config.settings.dns_servers);
  std::copy_if(
      neighbours.begin(), neighbours.end(), std::back_inserter(model.neighbours),
      [needed = talks_to_nodes(list)](const Model::Neighbour& one) { return needed || one.word != node_word; });
  return model;
}

Family family_of(const Address& address) { return address.is_v4 ? Family::v4 : Family::v6; }

std::vector<std::string> ranges_of(std::span<const AddressRange> ranges, Family family) {
  std::vector<std::string> texts;
  for (const auto& range : ranges)
    if (family_of(range.first) == family) texts.push_back(to_string(range));
  return texts;
}

std::vector<std::string> addresses_of(std::span<const Endpoint> endpoints, Family family) {
  std::vector<std::string> texts;
  for (const auto& endpoint : endpoints) {
    if (family_of(endpoint.address) != family) continue;
    auto text = to_string(endpoint.address);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string firewall_host(const FirewallModel::Exit& exit) {
  return exit.pattern.is_wildcard() ? "*." + exit.pattern.name() : exit.pattern.name();
}

std::string rules_behind(const FirewallModel::Exit& exit) {
  std::string text;
  for (const auto* rule : exit.rules) {
    text += (text.empty() ? "" : "; ") + std::string(rule->name.text());
    if (!rule->ticket.empty()) text += fmt::format(" ({})", rule->ticket);
  }
  return printable(text);
}

bool is_wider_than_the_rule(const FirewallModel::Exit& exit) {
  return exit.pattern.shape() == HostPattern::Shape::relay_gateway_below;
}

}  // namespace shirgate
