// The two firewalls of the lab's namespaces, as scripts for `nft -f`: pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/endpoint.hpp"

namespace shirgate::lab {

/// The table of both, and what the gate's keeps of what tried to get past it: how many packets, and where to.
inline constexpr std::string_view firewall_table = "shirgate_lab";
inline constexpr std::string_view stray_counter = "strays";
inline constexpr std::string_view stray_set = "tried";

/// The gate's machine: `client`, behind the device `inside`, may connect to these ports of it; nothing is forwarded.
/// What asks to be is counted and refused at once, so that nobody waits.
[[nodiscard]] std::string gate_firewall(std::string_view inside, const Address& client,
                                        std::span<const std::uint16_t> ports);

/// A server of the pretend internet: who connects to `at` meets who listens at `listens`, on loopback.
struct Lead {
  Endpoint at;
  Endpoint listens;
};
/// Everything outside: servers by their address and port, one name server, and, wherever else somebody connects to, the
/// stranger. All of them listen on loopback.
[[nodiscard]] std::string internet_leads(std::span<const Lead> servers, const Endpoint& stranger,
                                         const Lead& name_server);

}  // namespace shirgate::lab
