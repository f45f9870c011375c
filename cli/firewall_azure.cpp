#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "cli/firewall_json.hpp"
#include "cli/firewall_text.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;
using Model = FirewallModel;
using Texts = std::vector<std::string>;

constexpr int group_priority = 200;

/// Rules on their way into collections, with what the template says about them.
struct Draft {
  const Model& model;
  Texts gate;  ///< its IPv4 addresses
  ResourceNames names{};
  json::object carries{};  ///< name of an Azure rule -> the gate's rules behind it
  json::array left_out{};
};

json::object network_rule(const std::string& name, std::string_view words, const Texts& from, json::array protocols,
                          json::array ports) {
  return {{"ruleType", "NetworkRule"},           {"name", name},
          {"description", description(words)},   {"ipProtocols", std::move(protocols)},
          {"sourceAddresses", json_list(from)},  {"destinationAddresses", json::array()},
          {"destinationPorts", std::move(ports)}};
}

json::object application_rule(const std::string& name, std::string_view words, const Texts& from, json::array protocols,
                              std::string_view host) {
  return {{"ruleType", "ApplicationRule"},
          {"name", name},
          {"description", description(words)},
          {"protocols", std::move(protocols)},
          {"sourceAddresses", json_list(from)},
          {"targetFqdns", json::array{host}},
          {"terminateTLS", false}};
}

json::object collection(std::string_view name, int priority, std::string_view action, json::array rules) {
  return {{"ruleCollectionType", "FirewallPolicyFilterRuleCollection"},
          {"name", name},
          {"priority", priority},
          {"action", json::object{{"type", action}}},
          {"rules", std::move(rules)}};
}

std::string words_for(const Model::Exit& exit) {
  return (is_wider_than_the_rule(exit) ? "Wider than the gate's rule: " : "") + rules_behind(exit);
}

json::array clients_to_gate(Draft& draft) {
  std::map<std::uint16_t, std::vector<Endpoint>> by_port;
  for (const auto& endpoint : draft.model.gate) by_port[endpoint.port].push_back(endpoint);
  json::array rules;
  for (const auto& clients : draft.model.clients)
    for (const auto& [port, endpoints] : by_port) {
      const auto from = ranges_of(clients.ranges, Family::v4);
      const auto to = addresses_of(endpoints, Family::v4);
      if (from.empty() || to.empty()) continue;
      auto rule = network_rule(draft.names.unique(fmt::format("{}-to-gate-{}", clients.runtime.text(), port)),
                               "To the gate's proxy port.", from, {"TCP"}, {std::to_string(port)});
      rule["destinationAddresses"] = json_list(to);
      rules.push_back(std::move(rule));
    }
  return rules;
}

json::array gate_to_names(Draft& draft) {
  json::array rules;
  for (const auto& server : draft.model.name_servers) {
    if (!server.address.is_v4) continue;
    auto rule = network_rule(draft.names.unique(fmt::format("gate-names-{}", to_string(server.address))),
                             "A name server of the gate.", draft.gate, {"UDP", "TCP"}, {std::to_string(server.port)});
    rule["destinationAddresses"] = json::array{to_string(server.address)};
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::string exit_name(Draft& draft, const Model::Exit& exit) {
  auto name = draft.names.unique(fmt::format("{}-{}", exit.pattern.name(), exit.port));
  draft.carries[name] = rule_names(exit);
  return name;
}

void leave_out(Draft& draft, const Model::Exit& exit, std::string_view why) {
  draft.left_out.push_back(
      {{"host", firewall_host(exit)}, {"port", exit.port}, {"rules", rule_names(exit)}, {"why", why}});
}

/// Where a rule says which private ranges its name resolves to, the ranges stand for the name.
json::array gate_to_ranges(Draft& draft) {
  json::array rules;
  for (const auto& exit : draft.model.exits) {
    if (exit.addresses.empty()) continue;
    const auto to = ranges_of(exit.addresses, Family::v4);
    if (to.empty()) {
      leave_out(draft, exit, "its ranges are IPv6, which Azure Firewall does not filter");
      continue;
    }
    auto rule = network_rule(exit_name(draft, exit), words_for(exit), draft.gate, {"TCP"}, {std::to_string(exit.port)});
    rule["destinationAddresses"] = json_list(to);
    rules.push_back(std::move(rule));
  }
  return rules;
}

/// Those read the name out of TLS or HTTP.
bool is_for_application_rule(const FirewallModel::Exit& exit) {
  return exit.protocol == Protocol::tls || exit.protocol == Protocol::http;
}

/// TDS has no name that an application rule could read. A network rule takes whole names only, so a wildcard becomes
/// its service tag.
json::array gate_to_sql(Draft& draft) {
  json::array rules;
  for (const auto& exit : draft.model.exits) {
    if (!exit.addresses.empty() || is_for_application_rule(exit)) continue;
    if (exit.pattern.is_wildcard() && exit.service_tag.empty()) {
      leave_out(draft, exit, "network rules take no wildcard and no service tag covers it: name the hosts");
      continue;
    }
    const bool by_tag = exit.pattern.is_wildcard();
    const auto words = by_tag ? fmt::format("Opens all of {}, every tenant's: {}", exit.service_tag, words_for(exit))
                              : words_for(exit);
    auto rule = network_rule(exit_name(draft, exit), words, draft.gate, {"TCP"}, {std::to_string(exit.port)});
    if (by_tag)
      rule["destinationAddresses"] = json::array{arm_text(exit.service_tag)};
    else
      rule["destinationFqdns"] = json::array{firewall_host(exit)};
    rules.push_back(std::move(rule));
  }
  return rules;
}

json::array gate_to_hosts(Draft& draft) {
  json::array rules;
  for (const auto& exit : draft.model.exits) {
    if (!exit.addresses.empty() || !is_for_application_rule(exit)) continue;
    const json::object protocol{{"protocolType", exit.protocol == Protocol::http ? "Http" : "Https"},
                                {"port", exit.port}};
    rules.push_back(
        application_rule(exit_name(draft, exit), words_for(exit), draft.gate, {protocol}, firewall_host(exit)));
  }
  return rules;
}

/// Network rules are matched before application rules, so a network deny for the gate would close its hosts as well;
/// for clients, which have no application rules, it closes everything.
json::array clients_elsewhere(Draft& draft) {
  json::array rules;
  for (const auto& clients : draft.model.clients) {
    const auto from = ranges_of(clients.ranges, Family::v4);
    if (clients.kind != RuntimeKind::shir || from.empty()) continue;
    auto rule = network_rule(draft.names.unique(fmt::format("{}-nothing-else", clients.runtime.text())),
                             "Everything else stays in.", from, {"Any"}, {"*"});
    rule["destinationAddresses"] = json::array{"*"};
    rules.push_back(std::move(rule));
  }
  return rules;
}

json::array gate_elsewhere(Draft& draft) {
  const json::object http{{"protocolType", "Http"}, {"port", 80}};
  const json::object https{{"protocolType", "Https"}, {"port", 443}};
  return {application_rule(draft.names.unique("gate-nothing-else"), "Every other host stays closed to the gate.",
                           draft.gate, {http, https}, "*")};
}

json::array collections(Draft& draft) {
  json::array list;
  const auto add = [&](std::string_view name, int priority, std::string_view action, json::array rules) {
    if (!rules.empty()) list.push_back(collection(name, priority, action, std::move(rules)));
  };
  add("clients-to-gate", 100, "Allow", clients_to_gate(draft));
  add("gate-to-name-servers", 110, "Allow", gate_to_names(draft));
  add("gate-to-private-ranges", 120, "Allow", gate_to_ranges(draft));
  add("gate-to-sql", 130, "Allow", gate_to_sql(draft));
  add("gate-to-hosts", 140, "Allow", gate_to_hosts(draft));
  add("clients-nothing-else", 200, "Deny", clients_elsewhere(draft));
  add("gate-nothing-else", 210, "Deny", gate_elsewhere(draft));
  return list;
}

/// Not in force. Azure Firewall sees none of the neighbours that stand in the same virtual network.
json::array to_decide(const Draft& draft) {
  json::array list;
  for (const auto& one : draft.model.neighbours)
    if (!one.of_the_platform)
      list.push_back(
          {{"for", one.word}, {"protocol", one.protocol}, {"ports", one.ports}, {"to", one.to}, {"what", one.meaning}});
  for (const auto& need : draft.model.direct)
    list.push_back({{"for", arm_text(need.runtime.text())},
                    {"protocol", "tcp"},
                    {"ports", adf::to_string(need.row->ports)},
                    {"to", arm_text(need.service_tag.empty() ? need.host : need.service_tag)},
                    {"what", arm_text(fmt::format("{}: {}", need.host, need.why))}});
  return list;
}

}  // namespace

Checked<std::string> azure_firewall_text(const FirewallModel& model) {
  Draft draft{model, addresses_of(model.gate, Family::v4)};
  if (draft.gate.empty())
    return complain("Azure Firewall filters IPv4 only, and the gate has no IPv4 address: say one with --gate ADDRESS");
  auto rules = collections(draft);
  json::object metadata{
      {"description", "Azure Firewall rules for the gate, made from its configuration by shirgate."},
      {"deploy", "az deployment group create -g GROUP -f FILE -p firewallPolicyName=POLICY"},
      {"sql",
       "Rules with destinationFqdns need the DNS proxy of the firewall policy, and the gate must ask the same "
       "name servers; without it they match nothing."},
      {"ipv4", "Azure Firewall filters IPv4 only; IPv6 clients and servers are not in here."},
      {"notes", notes_of(model)},
      {"decide", to_decide(draft)},
      {"leftOut", std::move(draft.left_out)},
      {"carries", std::move(draft.carries)}};
  const json::object policy_name{{"type", "string"},
                                 {"metadata", {{"description", "The Azure Firewall policy that gets the rules."}}}};
  const json::object group{{"type", "Microsoft.Network/firewallPolicies/ruleCollectionGroups"},
                           {"apiVersion", "2023-11-01"},
                           {"name", "[concat(parameters('firewallPolicyName'), '/shirgate')]"},
                           {"properties", {{"priority", group_priority}, {"ruleCollections", std::move(rules)}}}};
  return indented(arm_template(std::move(metadata), {{"firewallPolicyName", policy_name}}, {group}));
}

}  // namespace shirgate
