#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/firewall_text.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

using Model = FirewallModel;
using Texts = std::vector<std::string>;

// What classify() in policy/address.hpp calls anything but public. The gate refuses these itself; this is the second
// lock.
constexpr std::array<std::string_view, 16> never_v4{
    "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "168.63.129.16",  "169.254.0.0/16",
    "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",   "240.0.0.0/4"};
// Public IPv6 addresses are in 2000::/3 and nowhere else.
constexpr std::array<std::string_view, 7> never_v6{"::/3",      "2001::/23", "2001:db8::/32", "2002::/16",
                                                   "3fff::/20", "4000::/2",  "8000::/1"};

constexpr std::string_view head = R"(#!/usr/sbin/nft -f
# For the Linux machine that runs the gate and routes for SHIR's segment. Made by shirgate from the gate's configuration.
#
#   nft -c -f FILE                try it
#   nft -f FILE                   load it; it replaces its own table in one step and touches no other
#   nft list table inet shirgate  what it counts
#   nft delete table inet shirgate   the way back
#
# nftables knows no names: the gate may reach every public address on the ports of its rules, and only the gate tells
# names apart. Of other traffic into and through this machine the table says nothing; out of it, it lets only what is
# listed. Connections that SHIR had open through this machine end when it is loaded.
)";

constexpr std::string_view begin_table = R"(
table inet shirgate
delete table inet shirgate

table inet shirgate {
)";

constexpr std::string_view input = R"(
  chain input {
    type filter hook input priority filter; policy accept;
    iif lo accept
    ct direction reply accept
    ct state related accept
    ip saddr @clients4 ip daddr . tcp dport @gate4 counter accept
    ip6 saddr @clients6 ip6 daddr . tcp dport @gate6 counter accept
    tcp dport @gate_ports counter reject with tcp reset
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
    ip saddr @shir4 counter reject with icmpx admin-prohibited
    ip6 saddr @shir6 counter reject with icmpx admin-prohibited
  }
)";

constexpr std::string_view end_forward = R"(
    # A machine in SHIR's segment with another address is in no set. Name the interface to close that as well:
    # iifname "SHIR_INTERFACE" counter reject with icmpx admin-prohibited
    ip saddr @shir4 counter reject with icmpx admin-prohibited
    ip6 saddr @shir6 counter reject with icmpx admin-prohibited
  }
)";

constexpr std::string_view host_needs = R"(
    # What this machine itself needs, for you to decide: time, updates, DHCP, and on Azure the agent, which is root.
    # ip daddr { TIME_SERVERS } udp dport 123 accept
    # ip daddr { PACKAGE_MIRROR } tcp dport { 80, 443 } accept
    # udp dport { 67, 547 } accept
    # ip daddr 168.63.129.16 tcp dport { 80, 32526 } meta skuid 0 accept
    # ip daddr 169.254.169.254 tcp dport 80 meta skuid 0 accept
    counter reject with icmpx admin-prohibited
  }
}
)";

std::string comment(std::string_view text) { return fmt::format("# {}\n", printable(text)); }

std::string joined(const Texts& texts) {
  std::string text;
  for (const auto& one : texts) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::string set_of(std::string_view name, std::string_view type, const Texts& elements) {
  auto text = fmt::format("  set {} {{\n    type {}\n", name, type);
  if (type.find(" . ") == std::string_view::npos) text += "    flags interval\n";
  if (!elements.empty()) text += fmt::format("    elements = {{ {} }}\n", joined(elements));
  return text + "  }\n";
}

Texts clients_of(const Model& model, Family family, bool browsers) {
  Texts texts;
  for (const auto& clients : model.clients)
    if (browsers || clients.kind == RuntimeKind::shir)
      for (auto& range : ranges_of(clients.ranges, family)) texts.push_back(std::move(range));
  return texts;
}

Texts endpoints_of(std::span<const Endpoint> endpoints, Family family) {
  std::set<std::string> texts;
  for (const auto& endpoint : endpoints)
    if (family_of(endpoint.address) == family)
      texts.insert(fmt::format("{} . {}", to_string(endpoint.address), endpoint.port));
  return {texts.begin(), texts.end()};
}

std::string sets(const Model& model) {
  std::set<std::string> ports;
  for (const auto& endpoint : model.gate) ports.insert(std::to_string(endpoint.port));
  auto text = set_of("gate_ports", "inet_service", Texts(ports.begin(), ports.end()));
  for (const auto family : {Family::v4, Family::v6}) {
    const bool v4 = family == Family::v4;
    const std::string_view number = v4 ? "4" : "6";
    const std::string_view address = v4 ? "ipv4_addr" : "ipv6_addr";
    const auto endpoint = fmt::format("{} . inet_service", address);
    const auto never = v4 ? never_dialled_v4() : never_dialled_v6();
    text += set_of(fmt::format("clients{}", number), address, clients_of(model, family, true));
    text += set_of(fmt::format("shir{}", number), address, clients_of(model, family, false));
    text += set_of(fmt::format("gate{}", number), endpoint, endpoints_of(model.gate, family));
    text += set_of(fmt::format("name_servers{}", number), endpoint, endpoints_of(model.name_servers, family));
    text += set_of(fmt::format("never{}", number), address, Texts(never.begin(), never.end()));
  }
  return text;
}

/// Commented out: only the operator knows which of these SHIR needs, and where they are.
std::string neighbour(const Model::Neighbour& one) {
  const auto ports =
      one.ports.find(',') == std::string_view::npos ? std::string(one.ports) : fmt::format("{{ {} }}", one.ports);
  return fmt::format("    # ip saddr @shir4 ip daddr {{ {} }} {} dport {} accept  # {}\n", one.to, one.protocol, ports,
                     one.meaning);
}

std::string forward(const Model& model) {
  std::string text =
      "\n  chain forward {\n    type filter hook forward priority filter; policy accept;\n"
      "    # Neighbours of SHIR behind this machine, for you to decide:\n"
      "    # ip saddr @shir4 ct direction reply accept  # answers to administrators, not SHIR's own connections\n";
  for (const auto& one : model.neighbours)
    if (!one.of_the_platform) text += neighbour(one);
  for (const auto& need : model.direct) {
    text += "    " +
            comment(fmt::format("Never through a proxy: {} for {}. {}.", need.host, need.runtime.text(), need.why));
    text += fmt::format("    # ip saddr @shir4 ip daddr {{ ADDRESSES }} tcp dport {} accept\n",
                        adf::to_string(need.row->ports));
  }
  return text.append(end_forward.substr(1));
}

std::string to_private_range(const AddressRange& range, std::uint16_t port) {
  return fmt::format("    {} daddr {} tcp dport {} accept\n", range.first.is_v4 ? "ip" : "ip6", to_string(range), port);
}

std::string output(const Model& model) {
  std::set<std::string> ranges;
  std::set<std::uint16_t> public_ports;
  for (const auto& exit : model.exits) {
    if (exit.addresses.empty()) public_ports.insert(exit.port);
    for (const auto& range : exit.addresses) ranges.insert(to_private_range(range, exit.port));
  }
  std::string ports;
  for (const auto port : public_ports) ports += (ports.empty() ? "" : ", ") + std::to_string(port);

  std::string text =
      "\n  chain output {\n    type filter hook output priority filter; policy drop;\n"
      "    ct direction reply accept\n    ct state related accept\n"
      "    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } accept\n"
      "    # Private ranges that rules name, and the name servers.\n";
  for (const auto& range : ranges) text += range;
  for (const std::string_view family : {"4", "6"})
    text += fmt::format(
        "    ip{0} daddr . tcp dport @name_servers{1} accept\n    ip{0} daddr . udp dport @name_servers{1} accept\n",
        family == "4" ? "" : "6", family);
  text += "    # Nothing else that is not public, this machine included.\n";
  if (!ports.empty())
    text += fmt::format(
        "    ip daddr @never4 tcp dport {{ {0} }} counter reject with icmpx admin-prohibited\n"
        "    ip6 daddr @never6 tcp dport {{ {0} }} counter reject with icmpx admin-prohibited\n",
        ports);
  text += "    oif lo accept\n";
  if (!ports.empty()) text += fmt::format("    tcp dport {{ {} }} counter accept\n", ports);
  return text.append(host_needs.substr(1));
}

std::string facts(const Model& model) {
  std::string text = "#\n";
  for (const auto& clients : model.clients) {
    auto ranges = ranges_of(clients.ranges, Family::v4);
    for (auto& range : ranges_of(clients.ranges, Family::v6)) ranges.push_back(std::move(range));
    text += comment(fmt::format("{} ({}): {}", clients.runtime.text(), to_string(clients.kind), joined(ranges)));
  }
  text += comment("What the gate may reach, by name:");
  for (const auto& exit : model.exits)
    text += comment(fmt::format("  {}:{} for {}", firewall_host(exit), exit.port, rules_behind(exit)));
  for (const auto& note : model.notes) text += comment("Note: " + note);
  return text;
}

}  // namespace

std::span<const std::string_view> never_dialled_v4() { return never_v4; }
std::span<const std::string_view> never_dialled_v6() { return never_v6; }

Checked<std::string> nftables_text(const FirewallModel& model) {
  std::string text(head);
  return text.append(facts(model))
      .append(begin_table)
      .append(sets(model))
      .append(input)
      .append(forward(model))
      .append(output(model));
}

}  // namespace shirgate
