#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "cli/firewall_json.hpp"
#include "cli/firewall_text.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;
using Model = FirewallModel;
using Texts = std::vector<std::string>;

constexpr int first_inbound = 100;
constexpr int last_inbound = 2000;
constexpr int first_outbound = 2010;
constexpr int last_outbound = 4096;
/// Azure's limit for one group.
constexpr std::size_t most_rules = 1000;

struct Words {
  std::string name;
  std::string description;
};

/// One network security group while it is filled: priorities count up by themselves, inbound first.
class Group {
 public:
  struct Way {
    std::string_view direction;
    std::string_view access;
    std::string_view protocol;
    json::value from;
    json::value to;
    std::string ports;
  };

  std::string add(const Words& words, Way way) {
    int& next = way.direction == "Inbound" ? next_inbound_ : next_outbound_;
    return add_at(next++, words, std::move(way));
  }
  std::string add_at(int priority, const Words& words, Way way) {
    auto name = names_.unique(words.name);
    json::object properties{{"description", description(words.description)},
                            {"priority", priority},
                            {"direction", way.direction},
                            {"access", way.access},
                            {"protocol", way.protocol}};
    put(properties, "sourceAddressPrefix", std::move(way.from));
    properties["sourcePortRange"] = "*";
    put(properties, "destinationAddressPrefix", std::move(way.to));
    properties["destinationPortRange"] = way.ports;
    rules_.push_back({{"name", name}, {"properties", std::move(properties)}});
    return name;
  }
  [[nodiscard]] std::size_t size() const { return rules_.size(); }
  [[nodiscard]] json::object resource(std::string_view name) && {
    return {{"type", "Microsoft.Network/networkSecurityGroups"},
            {"apiVersion", "2023-11-01"},
            {"name", name},
            {"location", "[parameters('location')]"},
            {"properties", {{"securityRules", std::move(rules_)}}}};
  }

 private:
  /// Azure has a key for one prefix and another for several.
  static void put(json::object& properties, const std::string& key, json::value prefixes) {
    if (prefixes.is_array() && prefixes.get_array().size() == 1)
      properties[key] = prefixes.get_array().front();
    else
      properties[prefixes.is_array() ? key + "es" : key] = std::move(prefixes);
  }

  ResourceNames names_;
  json::array rules_;
  int next_inbound_ = first_inbound;
  int next_outbound_ = first_outbound;
};

/// Calls `each` with the sources and targets of a family, where there are both: no rule mixes the two.
template <class Each>
void for_each_family(const std::vector<AddressRange>& from, std::span<const Endpoint> to, Each each) {
  for (const auto family : {Family::v4, Family::v6}) {
    const auto sources = ranges_of(from, family);
    const auto targets = addresses_of(to, family);
    if (!sources.empty() && !targets.empty()) each(json_list(sources), json_list(targets));
  }
}

std::set<std::uint16_t> ports_of(std::span<const Endpoint> endpoints) {
  std::set<std::uint16_t> ports;
  for (const auto& endpoint : endpoints) ports.insert(endpoint.port);
  return ports;
}

std::vector<Endpoint> on_port(std::span<const Endpoint> endpoints, std::uint16_t port) {
  std::vector<Endpoint> found;
  std::copy_if(endpoints.begin(), endpoints.end(), std::back_inserter(found),
               [&](const Endpoint& endpoint) { return endpoint.port == port; });
  return found;
}

void add_clients_to_gate(Group& group, const Model& model, std::string_view direction, bool browsers) {
  for (const auto& clients : model.clients) {
    if (clients.kind == RuntimeKind::browser && !browsers) continue;
    for (const auto port : ports_of(model.gate))
      for_each_family(clients.ranges, on_port(model.gate, port), [&](json::array from, json::array to) {
        group.add({fmt::format("{}-to-gate-{}", clients.runtime.text(), port),
                   fmt::format("Clients of runtime {} to the gate's proxy port.", clients.runtime.text())},
                  {direction, "Allow", "Tcp", std::move(from), std::move(to), std::to_string(port)});
      });
  }
}

Group shir_group(const Model& model) {
  Group group;
  add_clients_to_gate(group, model, "Outbound", false);
  group.add(
      {"no-metadata-service",
       "169.254.169.254 hands out the machine's tokens. Platform traffic ignores other rules; only this tag stops it."},
      {"Outbound", "Deny", "*", "*", "AzurePlatformIMDS", "*"});
  group.add({"no-platform-dns",
             "The platform's resolver asks the world for anyone; a proxy's client needs no outside names."},
            {"Outbound", "Deny", "*", "*", "AzurePlatformDNS", "*"});
  group.add_at(last_outbound, {"nothing-else", "Everything else stays in, the rest of the virtual network included."},
               {"Outbound", "Deny", "*", "*", "*", "*"});
  return group;
}

/// Exits that are one rule to a firewall without names.
struct Opening {
  std::string tag;  ///< empty: the ranges, and where those are empty too, the whole internet
  std::vector<AddressRange> ranges;
  std::uint16_t port;
  std::vector<const Model::Exit*> exits;
};

std::vector<Opening> openings(const Model& model) {
  std::vector<Opening> list;
  for (const auto& exit : model.exits) {
    const auto tag = exit.addresses.empty() ? exit.service_tag : "";
    const auto same = std::find_if(list.begin(), list.end(), [&](const Opening& opening) {
      return opening.tag == tag && opening.ranges == exit.addresses && opening.port == exit.port;
    });
    if (same == list.end())
      list.push_back({tag, exit.addresses, exit.port, {&exit}});
    else
      same->exits.push_back(&exit);
  }
  return list;
}

std::string hosts_of(const Opening& opening) {
  const auto first = firewall_host(*opening.exits.front());
  return opening.exits.size() == 1 ? first : fmt::format("{} and {} more", first, opening.exits.size() - 1);
}

Words words_for(const Opening& opening) {
  if (!opening.ranges.empty())
    return {fmt::format("private-{}-{}", to_string(opening.ranges.front().first), opening.port),
            fmt::format("Every name in these ranges, where the gate allows {}.", hosts_of(opening))};
  if (opening.tag.empty())
    return {fmt::format("internet-{}", opening.port),
            fmt::format("No tag covers them: opens every public address for {}; only the gate tells names apart.",
                        hosts_of(opening))};
  return {fmt::format("{}-{}", opening.tag, opening.port),
          fmt::format("Opens all of {}, every tenant's, for {}; only the gate tells names apart.", opening.tag,
                      hosts_of(opening))};
}

void add_opening(Group& group, const Opening& opening, json::object& carries) {
  json::array hosts;
  json::array rules;
  for (const auto* exit : opening.exits) {
    hosts.emplace_back(firewall_host(*exit));
    for (auto& name : rule_names(*exit)) rules.push_back(std::move(name));
  }
  const json::object said{{"instead_of", std::move(hosts)}, {"rules", std::move(rules)}};
  const auto allow = [&](json::value to) {
    const auto name =
        group.add(words_for(opening), {"Outbound", "Allow", "Tcp", "*", std::move(to), std::to_string(opening.port)});
    carries[name] = said;
  };
  if (opening.ranges.empty()) {
    allow(json::string(opening.tag.empty() ? "Internet" : arm_text(opening.tag)));
    return;
  }
  for (const auto family : {Family::v4, Family::v6})
    if (const auto to = ranges_of(opening.ranges, family); !to.empty()) allow(json_list(to));
}

/// The platform's resolver may only be closed where the gate is known to ask others.
bool asks_the_platform(const Model& model) {
  static const auto platform = *parse_address("168.63.129.16");
  const auto& servers = model.name_servers;
  return servers.empty() ||
         std::any_of(servers.begin(), servers.end(), [](const Endpoint& server) { return server.address == platform; });
}

Group gate_group(const Model& model, json::object& carries) {
  Group group;
  add_clients_to_gate(group, model, "Inbound", true);
  group.add_at(last_inbound,
               {"nothing-else-in", "Nobody else reaches the gate; see metadata.decide for administrators."},
               {"Inbound", "Deny", "*", "*", "*", "*"});
  for (const auto port : ports_of(model.name_servers))
    for (const auto family : {Family::v4, Family::v6})
      if (const auto to = addresses_of(on_port(model.name_servers, port), family); !to.empty())
        group.add({"name-servers", "The name servers of the gate."},
                  {"Outbound", "Allow", "*", "*", json_list(to), std::to_string(port)});
  for (const auto& opening : openings(model)) add_opening(group, opening, carries);
  group.add({"no-metadata-service", "169.254.169.254 hands out the machine's tokens; the gate needs none."},
            {"Outbound", "Deny", "*", "*", "AzurePlatformIMDS", "*"});
  if (!asks_the_platform(model))
    group.add({"no-platform-dns", "The gate asks the name servers above and no others."},
              {"Outbound", "Deny", "*", "*", "AzurePlatformDNS", "*"});
  group.add_at(last_outbound, {"nothing-else", "Everything else stays in, the rest of the virtual network included."},
               {"Outbound", "Deny", "*", "*", "*", "*"});
  return group;
}

/// Not in force: what to add to nsg-shir where the operator wants it.
json::array to_decide(const Model& model) {
  json::array list;
  for (const auto& one : model.neighbours)
    if (!one.of_the_platform)
      list.push_back({{"group", "nsg-shir"},
                      {"for", one.word},
                      {"protocol", one.protocol},
                      {"ports", one.ports},
                      {"to", one.to},
                      {"what", one.meaning}});
  for (const auto& need : model.direct)
    list.push_back({{"group", "nsg-shir"},
                    {"for", arm_text(need.runtime.text())},
                    {"protocol", "tcp"},
                    {"ports", adf::to_string(need.row->ports)},
                    {"to", arm_text(need.service_tag)},
                    {"what", arm_text(fmt::format("{}: {}", need.host, need.why))}});
  list.push_back({{"group", "nsg-gate"},
                  {"for", "administrators"},
                  {"protocol", "tcp"},
                  {"ports", "22"},
                  {"to", ""},
                  {"what", "inbound from the administrators' range, with a priority from 1900 to 1999"}});
  return list;
}

}  // namespace

Checked<std::string> nsg_text(const FirewallModel& model) {
  json::object carries;
  auto shir = shir_group(model);
  auto gate = gate_group(model, carries);
  for (const auto* group : {&shir, &gate})
    if (group->size() > most_rules)
      return complain(
          fmt::format("{} rules do not fit into a network security group, which takes {}: run more than one gate, "
                      "each with some of the runtimes",
                      group->size(), most_rules));
  json::object metadata{
      {"description",
       "Network security groups for SHIR's subnet and the gate's, made from the gate's configuration by "
       "shirgate. They know no names: by address and service tag they open more than the gate allows."},
      {"deploy", "az deployment group create -g GROUP -f FILE, then set each group on its subnet"},
      {"internet",
       "Where a rule opens Internet on a port, the service tags on that port add nothing; an Azure Firewall "
       "(--format azure-firewall) keeps the names."},
      {"limits",
       "DHCP, the agent's 168.63.129.16 and Windows activation pass whatever a group says. Inbound to SHIR is "
       "not ruled here. Take no-metadata-service away where a linked service uses the machine's identity."},
      {"notes", notes_of(model)},
      {"decide", to_decide(model)},
      {"carries", std::move(carries)}};
  const json::object location{{"type", "string"}, {"defaultValue", "[resourceGroup().location]"}};
  return indented(arm_template(std::move(metadata), {{"location", location}},
                               {std::move(shir).resource("nsg-shir"), std::move(gate).resource("nsg-gate")}));
}

}  // namespace shirgate
