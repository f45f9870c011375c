#include "tunnel_client.hpp"

#include <fmt/format.h>

#include "server_bytes.hpp"
#include "tests/first_flight/hello_builder.hpp"

namespace shirgate::wire {

std::string connect_request(std::string_view authority, std::string_view more_fields) {
  return fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n{1}\r\n", authority, more_fields);
}

std::string good_hello_for(std::string_view host) {
  test::HelloParts parts;
  const auto versions = test::supported_versions({3, 4, 3, 3});
  parts.extensions = host.empty() ? versions : test::operator+(test::sni(host), versions);
  const auto bytes = test::record(test::message(parts.body()));
  return {bytes.begin(), bytes.end()};
}

Answer ask(Peer& client, std::string_view authority) {
  client.send(connect_request(authority));
  return parse_answer(client.receive_until("\r\n\r\n"));
}

Answer ask_to_end(Peer& client, std::string_view authority) {
  client.send(connect_request(authority));
  return parse_answer(client.read_to_end().bytes);
}

OpenTunnel open_tunnel(Lab& lab, Upstream& upstream, std::string_view host) {
  OpenTunnel tunnel{lab.client(), {}};
  const auto hello = good_hello_for(host);
  if (!tunnel.client.connected() || ask(tunnel.client, fmt::format("{}:443", host)).status != 200) return {};
  tunnel.client.send(hello);
  tunnel.upstream = upstream.accept();
  if (!tunnel.upstream.connected() || tunnel.upstream.receive(hello.size()) != hello) return {};
  // Until the server has answered nothing more of the client goes up.
  const auto answer = server_hello();
  tunnel.upstream.send(answer);
  if (tunnel.client.receive(answer.size()) != answer) return {};
  return tunnel;
}

}  // namespace shirgate::wire
