#include "lab/pretend_shir.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lab/http_message.hpp"
#include "lab/tds.hpp"

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

constexpr std::size_t record_header_bytes = 5;
constexpr std::string_view alert_record("\x15\x03\x03\x00\x02\x02", 6);

std::vector<std::uint8_t> hello_bytes(TlsLeg leg) {
  std::vector<std::uint8_t> bytes;
  static_cast<void>(leg.handshake());
  leg.pull(bytes);
  return bytes;
}

/// The fatal alert that the bytes end with.
std::optional<int> alert_at_the_end(std::string_view bytes) {
  const auto at = bytes.size() - std::min(bytes.size(), alert_record.size() + 1);
  if (bytes.substr(at, alert_record.size()) != alert_record) return std::nullopt;
  return static_cast<unsigned char>(bytes.back());
}

}  // namespace

PretendShir::PretendShir(const Endpoint& gate, std::string_view ca_pem)
    : gate_(gate),
      trust_(TlsClientContext::trusting(ca_pem)),
      strict_(TlsClientContext::trusting(ca_pem, {.alpn = {std::string(tds8_protocol)}})) {}

Visit PretendShir::visit(const Approach& approach) const {
  Visit visit;
  const auto started = BlockingSocket::Clock::now();
  auto socket = BlockingSocket::connect_to(approach.door.value_or(gate_), started + visit_limit);
  if (socket.has_error())
    visit.trouble = socket.error().text();
  else
    go_through(*socket, approach, visit);
  visit.took = std::chrono::duration_cast<std::chrono::microseconds>(BlockingSocket::Clock::now() - started);
  return visit;
}

void PretendShir::go_through(BlockingSocket& socket, const Approach& approach, Visit& visit) const {
  visit.local_port = socket.local_port();
  if (approach.door) {
    visit.status = 200;
    return use_tunnel(socket, approach, visit);
  }
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
  if (approach.first_bytes == FirstBytes::second_hello) return slip_in(socket, approach, visit);
  if (approach.first_bytes == FirstBytes::prelogin && !exchange_prelogin(socket, visit.received, visit.sent)) {
    visit.trouble = "the SQL server did not answer PRELOGIN";
    return;
  }
  use_tls(socket, approach, visit);
}

void PretendShir::use_tls(BlockingSocket& socket, const Approach& approach, Visit& visit) const {
  constexpr int unknown_ca = 48;
  const auto in_packets = approach.first_bytes == FirstBytes::prelogin ? InPackets::yes : InPackets::no;
  const auto& trust = approach.first_bytes == FirstBytes::strict ? strict_ : trust_;
  TlsStream stream(socket, leg_for(trust, approach), in_packets);
  if (stream.handshake() && approach.talk != nullptr) approach.talk(stream, approach.host);
  if (stream.trouble().empty()) stream.finish();
  visit.trouble = stream.trouble();
  visit.alert = stream.leg().received_alert();
  visit.untrusted = stream.leg().sent_alert() == unknown_ca;
  visit.sent += stream.sent();
  visit.received += stream.received();
}

/// An honest hello, and a dishonest one once the server has asked for another.
void PretendShir::slip_in(BlockingSocket& socket, const Approach& approach, Visit& visit) const {
  const auto first = hello_bytes(TlsLeg::client(trust_, approach.host));
  if (!socket.write_all(first)) return;
  visit.first_hello = visit.sent = first.size();
  // The server's answer is one record, a HelloRetryRequest.
  const auto header = socket.read_up_to(record_header_bytes);
  const auto length = header.size() < record_header_bytes
                          ? 0
                          : static_cast<std::size_t>(static_cast<unsigned char>(header[3])) << 8 |
                                static_cast<unsigned char>(header[4]);
  visit.received = header.size() + socket.read_up_to(length).size();
  const auto second = hello_bytes(TlsLeg::client(trust_, approach.other_name, approach.host));
  if (socket.write_all(second)) visit.sent += second.size();
  const auto rest = socket.read_up_to(max_refusal_bytes);
  visit.received += rest.size();
  visit.alert = alert_at_the_end(rest);
  visit.trouble = visit.alert ? "the tunnel was closed" : "something answered";
}

}  // namespace shirgate::lab
