#include "lab/pretend_shir.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lab/http_message.hpp"

namespace shirgate::lab {
namespace {

constexpr std::size_t max_refusal_bytes = 4096;

std::string connect_request(const Approach& approach) {
  const auto target = fmt::format("{}:{}", approach.host, approach.port);
  return fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nProxy-Connection: Keep-Alive\r\n\r\n", target);
}

TlsLeg leg_for(const TlsClientContext& trust, const Approach& approach) {
  switch (approach.first_bytes) {
    case FirstBytes::hello_for_another: return TlsLeg::client(trust, approach.other_name, approach.host);
    case FirstBytes::hello_without_name: return TlsLeg::client(trust, std::nullopt, approach.host);
    default: return TlsLeg::client(trust, approach.host);
  }
}

/// Something that tunnels SSH through whatever port is open.
void speak_ssh(BlockingSocket& socket, Visit& visit) {
  constexpr std::string_view banner = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
  if (socket.write_all(banner)) visit.sent = banner.size();
  visit.received = socket.read_up_to(max_refusal_bytes).size();
  visit.trouble = visit.received == 0 ? "the tunnel was closed" : "something answered";
}

}  // namespace

Visit PretendShir::visit(const Approach& approach) const {
  Visit visit;
  const auto started = BlockingSocket::Clock::now();
  auto socket = BlockingSocket::connect_to(gate_, started + visit_limit);
  if (socket.has_error())
    visit.trouble = socket.error().text();
  else
    go_through(*socket, approach, visit);
  visit.took = std::chrono::duration_cast<std::chrono::microseconds>(BlockingSocket::Clock::now() - started);
  return visit;
}

void PretendShir::go_through(BlockingSocket& socket, const Approach& approach, Visit& visit) const {
  visit.local_port = socket.local_port();
  socket.write_all(connect_request(approach));
  const auto reply = parse_head(socket.read_through("\r\n\r\n", max_head_bytes));
  if (!reply) {
    visit.trouble = "the gate did not answer: " + socket.trouble();
    return;
  }
  visit.status = reply->status();
  if (visit.status == 200) return use_tunnel(socket, approach, visit);
  visit.said = socket.read_up_to(std::min(body_length(*reply).value_or(0), max_refusal_bytes));
  while (visit.said.ends_with('\n')) visit.said.pop_back();
  visit.trouble = "the gate refused";
}

void PretendShir::use_tunnel(BlockingSocket& socket, const Approach& approach, Visit& visit) const {
  if (approach.first_bytes == FirstBytes::not_tls) return speak_ssh(socket, visit);
  TlsStream stream(socket, leg_for(trust_, approach));
  if (stream.handshake() && approach.talk != nullptr) approach.talk(stream, approach.host);
  if (stream.trouble().empty()) stream.finish();
  visit.trouble = stream.trouble();
  visit.alert = stream.leg().received_alert();
  visit.sent = stream.sent();
  visit.received = stream.received();
}

}  // namespace shirgate::lab
