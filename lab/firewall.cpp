#include "lab/firewall.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace shirgate::lab {

std::string gate_firewall(std::string_view inside, const Address& client, std::span<const std::uint16_t> ports) {
  return fmt::format(R"(table inet {table} {{
  counter {counter} {{ }}
  set {set} {{ type ipv4_addr . inet_proto . inet_service; size 4096; flags dynamic; }}
  chain input {{
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    iifname "{inside}" ip saddr {client} tcp dport {{ {ports} }} accept
    iifname "{inside}" reject with icmpx type port-unreachable
  }}
  chain forward {{
    type filter hook forward priority 0; policy drop;
    counter name {counter}
    meta l4proto {{ tcp, udp }} add @{set} {{ ip daddr . meta l4proto . th dport counter }}
    meta l4proto tcp reject with tcp reset
    reject with icmpx type port-unreachable
  }}
}}
)",
                     fmt::arg("table", firewall_table), fmt::arg("counter", stray_counter), fmt::arg("set", stray_set),
                     fmt::arg("inside", inside), fmt::arg("client", to_string(client)),
                     fmt::arg("ports", fmt::join(ports, ", ")));
}

std::string internet_leads(std::span<const Lead> servers, const Endpoint& stranger, const Lead& name_server) {
  std::vector<std::string> map;
  for (const auto& [at, listens] : servers)
    map.push_back(
        fmt::format("{} . {} : {} . {}", to_string(at.address), at.port, to_string(listens.address), listens.port));
  return fmt::format(R"(table ip {table} {{
  chain arriving {{
    type nat hook prerouting priority -100; policy accept;
    dnat to ip daddr . tcp dport map {{ {map} }}
    ip daddr {dns_at} udp dport {dns_port} dnat to {dns}
    meta l4proto tcp dnat to {stranger}
  }}
}}
)",
                     fmt::arg("table", firewall_table), fmt::arg("map", fmt::join(map, ", ")),
                     fmt::arg("dns_at", to_string(name_server.at.address)), fmt::arg("dns_port", name_server.at.port),
                     fmt::arg("dns", to_string(name_server.listens)), fmt::arg("stranger", to_string(stranger)));
}

}  // namespace shirgate::lab
