// What a client says to open a tunnel.
#pragma once

#include <string>
#include <string_view>

#include "answer.hpp"
#include "lab.hpp"

namespace shirgate::wire {

[[nodiscard]] std::string connect_request(std::string_view authority, std::string_view more_fields = {});
/// A ClientHello the gate lets through for this host; without a server name where that is empty.
[[nodiscard]] std::string good_hello_for(std::string_view host);

/// Sends the CONNECT and reads the answer's head.
[[nodiscard]] Answer ask(Peer& client, std::string_view authority);
/// Sends the CONNECT and reads until the end of the stream: for refusals.
[[nodiscard]] Answer ask_to_end(Peer& client, std::string_view authority);

/// A tunnel that is through the gate: both ends connected, the hello arrived at the upstream and the ServerHello at the
/// client.
struct OpenTunnel {
  Peer client;
  Peer upstream;
  [[nodiscard]] bool whole() const { return client.connected() && upstream.connected(); }
};
/// To origin_target; not whole when any step failed.
[[nodiscard]] OpenTunnel open_tunnel(Lab& lab, Upstream& upstream, std::string_view host = origin_host);

}  // namespace shirgate::wire
