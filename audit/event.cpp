#include "audit/event.hpp"

#include <array>

#include "audit/fields.hpp"
#include "audit/json_line.hpp"

namespace shirgate {
namespace {

constexpr std::string_view all = "all";
constexpr std::string_view requests = "open checked progress close denied failed";
constexpr std::string_view refusals = "denied failed";
constexpr std::string_view refusals_and_open = "open denied failed";
constexpr std::string_view tunnels = "open progress close";

constexpr std::array table{
    FieldRow{field::seq, all, "Number of the line; starts at 1 and never skips, over restarts too."},
    FieldRow{field::timestamp, all, "When it happened, UTC, RFC 3339 with milliseconds."},
    FieldRow{field::action, all, "start, policy, open, checked, progress, close, denied, failed or stop."},
    FieldRow{field::tunnel, requests, "Request id; the client saw it in a refusal. Sixteen hexadecimal digits."},
    FieldRow{field::runtime, requests, "The [[runtime]] the client belongs to."},
    FieldRow{field::channel, requests, "What the tunnel is for: control, relay, update, staged, …"},
    FieldRow{field::rule, requests, "The rule that decided."},
    FieldRow{field::reason, "close denied failed", "Why it ended; every value is a row of docs/reasons.md."},
    FieldRow{field::stage, "close denied failed", "How far it had come."},
    FieldRow{field::mode, requests, "enforce, or report where a few refusals are only recorded."},
    FieldRow{field::would_deny, requests, "The reason it would have been refused for; only in report mode."},
    FieldRow{field::first_use, "open", "true for the first use of a host under a wildcard since the gate started."},
    FieldRow{field::client_ip, requests, "The client's address."},
    FieldRow{field::client_port, requests, "The client's port; absent where refusals are merged."},
    FieldRow{field::host, requests, "The host that was asked for, canonical."},
    FieldRow{field::port, requests, "The port that was asked for."},
    FieldRow{field::upstream_ip, tunnels,
             "The address that was judged and dialled; a lab may dial another in its place."},
    FieldRow{field::resolved, refusals, "The addresses the name led to, where they were refused; separated by commas."},
    FieldRow{field::asked, refusals, "What the client wrote, where no host and port could be made of it."},
    FieldRow{field::ingress, requests, "forward, redirect or tproxy where the client did not send CONNECT."},
    FieldRow{field::original_ip, refusals_and_open,
             "Where a caught connection was going; the gate dials its own answer."},
    FieldRow{field::original_port, refusals_and_open, "The port it was going to."},
    FieldRow{field::sni, "checked close denied", "Server name in the TLS ClientHello."},
    FieldRow{field::alpn, "checked", "Application protocols the client offers."},
    FieldRow{field::tls_version, "checked", "Highest TLS version the client offers."},
    FieldRow{field::ja4, "checked", "JA4 fingerprint of the ClientHello."},
    FieldRow{field::hello_retry, "checked", "true where the server asked for a second ClientHello, which passed too."},
    FieldRow{field::server_version, "checked", "The TLS version the server chose."},
    FieldRow{field::server_names, "checked",
             "Names in the server's certificate, as it says; recorded, not enforced. TLS 1.3 hides it."},
    FieldRow{field::server_issuer, "checked", "Who issued that certificate, as it says."},
    FieldRow{field::ech, "checked close denied", "The ClientHello carries Encrypted Client Hello."},
    FieldRow{field::resembles, "checked close denied", "What the first bytes look like when they are not TLS."},
    FieldRow{field::bytes_from_client, "progress close", "Bytes relayed from client to upstream."},
    FieldRow{field::bytes_from_upstream, "progress close", "Bytes relayed from upstream to client."},
    FieldRow{field::duration, "progress close denied failed", "Nanoseconds since the connection was accepted."},
    FieldRow{field::dns_time, "open failed", "Microseconds spent resolving the name."},
    FieldRow{field::dial_time, "open failed", "Microseconds spent connecting."},
    FieldRow{field::first_flight_time, "checked",
             "Microseconds from the client's turn to its whole ClientHello, the last if there are two."},
    FieldRow{field::ended_by, "close", "client, upstream or gate."},
    FieldRow{field::count, refusals, "How many equal refusals the line stands for; absent for one."},
    FieldRow{field::first_at, refusals, "When the first of them happened."},
    FieldRow{field::policy, "start policy open", "Fingerprint of the policy in force."},
    FieldRow{field::note, "start policy stop", "What the gate has to say about itself."},
    FieldRow{field::lab, all, "true when the gate runs as a lab; absent otherwise."},
};

std::string_view tls_version_text(std::uint16_t version) {
  switch (version) {
    case 0x0300: return "SSL3";
    case 0x0301: return "TLS1.0";
    case 0x0302: return "TLS1.1";
    case 0x0303: return "TLS1.2";
    case 0x0304: return "TLS1.3";
    default: return "unknown";
  }
}

std::string list(std::span<const Address> addresses) {
  std::string text;
  for (const auto& address : addresses) text += (text.empty() ? "" : ",") + to_string(address);
  return text;
}

void write_who_and_what(JsonLine& line, const Event& event) {
  if (event.tunnel != 0) line.identifier(field::tunnel, event.tunnel);
  line.text(field::runtime, event.runtime.text());
  line.text(field::channel, event.channel.text());
  line.text(field::rule, event.rule.text());
  if (event.reason) line.text(field::reason, to_string(*event.reason));
  if (event.stage) line.text(field::stage, to_string(*event.stage));
  if (event.client) {
    line.text(field::mode, to_string(event.mode));
    if (event.would_deny != Reason::allowed) line.text(field::would_deny, to_string(event.would_deny));
    line.flag(field::first_use, event.first_use);
    line.text(field::client_ip, to_string(event.client->address));
    if (event.client->port != 0) line.number(field::client_port, std::uint64_t{event.client->port});
  }
  if (event.target != nullptr) {
    line.text(field::host, event.target->host.text());
    line.number(field::port, std::uint64_t{event.target->port});
  }
  if (event.upstream) line.text(field::upstream_ip, to_string(*event.upstream));
  if (!event.resolved.empty()) line.text(field::resolved, list(event.resolved));
  line.text(field::asked, event.asked);
  if (event.ingress != IngressKind::connect) line.text(field::ingress, to_string(event.ingress));
  if (event.original) {
    line.text(field::original_ip, to_string(event.original->address));
    line.number(field::original_port, std::uint64_t{event.original->port});
  }
}

void write_tls(JsonLine& line, const Event& event) {
  if (event.tls) {
    line.text(field::sni, event.tls->sni);
    line.text(field::alpn, event.tls->alpn);
    if (event.tls->max_version != 0) line.text(field::tls_version, tls_version_text(event.tls->max_version));
    line.text(field::ja4, event.tls->ja4);
    line.flag(field::hello_retry, event.tls->hello_retry);
    if (event.tls->server_version != 0) line.text(field::server_version, tls_version_text(event.tls->server_version));
    line.text(field::server_names, event.tls->server_names);
    line.text(field::server_issuer, event.tls->server_issuer);
    line.flag(field::ech, event.tls->ech);
  }
  line.text(field::resembles, event.resembles);
}

void write_figures(JsonLine& line, const Event& event) {
  if (event.traffic) {
    line.number(field::bytes_from_client, event.traffic->from_client);
    line.number(field::bytes_from_upstream, event.traffic->from_upstream);
  }
  if (event.duration) line.number(field::duration, std::chrono::nanoseconds(*event.duration).count());
  if (event.dns_time) line.number(field::dns_time, event.dns_time->count());
  if (event.dial_time) line.number(field::dial_time, event.dial_time->count());
  if (event.first_flight_time) line.number(field::first_flight_time, event.first_flight_time->count());
  if (event.ended_by) line.text(field::ended_by, to_string(*event.ended_by));
  if (event.count > 1) line.number(field::count, event.count);
  if (event.first_at) line.time(field::first_at, *event.first_at);
}

}  // namespace

std::string_view to_string(Action action) {
  constexpr std::array names{"start", "policy", "open", "checked", "progress", "close", "denied", "failed", "stop"};
  return names.at(static_cast<std::size_t>(action));
}

std::string_view to_string(EndedBy ended_by) {
  constexpr std::array names{"client", "upstream", "gate"};
  return names.at(static_cast<std::size_t>(ended_by));
}

void append_json(std::string& out, const Event& event) {
  JsonLine line(out);
  line.time(field::timestamp, event.at);
  line.text(field::action, to_string(event.action));
  write_who_and_what(line, event);
  write_tls(line, event);
  write_figures(line, event);
  line.text(field::policy, event.policy);
  line.text(field::note, event.note);
  line.flag(field::lab, event.lab);
  line.end();
}

std::span<const FieldRow> field_table() { return table; }

}  // namespace shirgate
