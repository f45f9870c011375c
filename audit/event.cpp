#include "audit/event.hpp"

#include <algorithm>
#include <array>

#include "audit/fields.hpp"
#include "audit/json_line.hpp"

namespace shirgate {
namespace {

constexpr std::string_view all = "all";
constexpr std::string_view requests = "open checked progress close denied failed";
constexpr std::string_view whereabouts = "open checked progress close denied failed torn";
constexpr std::string_view refusals = "denied failed";
constexpr std::string_view refusals_and_open = "open denied failed";
constexpr std::string_view tunnels = "open progress close";

constexpr std::array table{
    FieldRow{field::seq, all, "Number of the line; starts at 1 and never skips, over restarts too.", FieldType::number,
             "42", "own"},
    FieldRow{field::prev, all, "SHA-256 of the line before, without its line end; 64 zeros in the first.",
             FieldType::keyword, "6cbe…", "own"},
    FieldRow{field::gate, all, "Whose log it is: the first 16 digits of the SHA-256 of its raw public key.",
             FieldType::keyword, "b5cb98b1f5ff8d6f", "own"},
    FieldRow{field::timestamp, all, "When it happened, UTC, RFC 3339 with milliseconds.", FieldType::date,
             "2026-11-22T02:29:36.341Z", "ECS"},
    FieldRow{field::action, all, "What happened: a row of the table above.", FieldType::keyword, "open", "ECS"},
    FieldRow{field::tunnel, whereabouts, "Request id; the client saw it in a refusal. Sixteen hexadecimal digits.",
             FieldType::keyword, "00c0ffee00000017", "own"},
    FieldRow{field::runtime, whereabouts, "The [[runtime]] the client belongs to.", FieldType::keyword, "contoso-prod",
             "own"},
    FieldRow{field::channel, whereabouts, "What the tunnel is for: control, relay, update, staged, …",
             FieldType::keyword, "control", "own"},
    FieldRow{field::rule, requests, "The rule that decided.", FieldType::keyword,
             "contoso-prod/ctl-fqdn-public/contoso-prod.westeurope.datafactory.azure.net", "own"},
    FieldRow{field::reason, "close denied failed", "Why it ended; every value is a row of docs/reasons.md.",
             FieldType::keyword, "host_not_listed", "own"},
    FieldRow{field::stage, "close denied failed", "How far it had come.", FieldType::keyword, "policy", "own"},
    FieldRow{field::mode, whereabouts, "enforce, or report where a few refusals are only recorded.", FieldType::keyword,
             "enforce", "own"},
    FieldRow{field::would_deny, requests, "The reason it would have been refused for; only in report mode.",
             FieldType::keyword, "host_not_listed", "own"},
    FieldRow{field::first_use, "open", "true for the first use of a host under a wildcard since the gate started.",
             FieldType::flag, "true", "own"},
    FieldRow{field::client_ip, whereabouts, "The client's address.", FieldType::address, "10.20.0.21", "ECS"},
    FieldRow{field::client_port, requests, "The client's port; absent where refusals are merged.", FieldType::number,
             "50123", "ECS"},
    FieldRow{field::host, whereabouts, "The host that was asked for, canonical.", FieldType::keyword,
             "contoso-prod.westeurope.datafactory.azure.net", "ECS"},
    FieldRow{field::port, whereabouts, "The port that was asked for.", FieldType::number, "443", "ECS"},
    FieldRow{field::upstream_ip, tunnels,
             "The address that was judged and dialled; a lab may dial another in its place.", FieldType::address,
             "20.50.1.1", "ECS"},
    FieldRow{field::address_class, tunnels, "public, or special where it is not for the public internet (RFC 6890).",
             FieldType::keyword, "public", "own"},
    FieldRow{field::resolved, refusals, "The addresses the name led to, where they were refused; separated by commas.",
             FieldType::keyword, "10.1.2.3,fd00::1", "ECS, there a list"},
    FieldRow{field::asked, refusals, "What the client wrote, where no host and port could be made of it.",
             FieldType::keyword, "kv1.vault.azure.net.:443", "own"},
    FieldRow{field::ingress, requests, "forward, redirect or tproxy where the client did not send CONNECT.",
             FieldType::keyword, "forward", "own"},
    FieldRow{field::original_ip, refusals_and_open,
             "Where a caught connection was going; the gate dials its own answer.", FieldType::address, "20.50.9.9",
             "own"},
    FieldRow{field::original_port, refusals_and_open, "The port it was going to.", FieldType::number, "443", "own"},
    FieldRow{field::sni, "checked close denied", "Server name in the TLS ClientHello.", FieldType::keyword,
             "contoso-prod.westeurope.datafactory.azure.net", "ECS"},
    FieldRow{field::alpn, "checked", "Application protocols the client offers.", FieldType::keyword, "h2,http/1.1",
             "own"},
    FieldRow{field::tls_version, "checked", "Highest TLS version the client offers.", FieldType::keyword, "TLS1.3",
             "own"},
    FieldRow{field::ja4, "checked", "JA4 fingerprint of the ClientHello.", FieldType::keyword,
             "t13d1516h2_8daaf6152771_e5627efa2ab1", "after ECS tls.client.ja3"},
    FieldRow{field::hello_retry, "checked", "true where the server asked for a second ClientHello, which passed too.",
             FieldType::flag, "true", "own"},
    FieldRow{field::server_version, "checked", "The TLS version the server chose.", FieldType::keyword, "TLS1.2",
             "ECS, there only 1.2"},
    FieldRow{field::server_names, "checked",
             "Names in the server's certificate, as it says; recorded, not enforced. TLS 1.3 hides it.",
             FieldType::keyword, "*.vault.azure.net,vault.azure.net", "ECS, there a list"},
    FieldRow{field::server_issuer, "checked", "Who issued that certificate, as it says.", FieldType::keyword,
             "CN=Microsoft Azure RSA TLS Issuing CA 04", "ECS"},
    FieldRow{field::ech, "checked close denied", "The ClientHello carries Encrypted Client Hello.", FieldType::flag,
             "true", "own"},
    FieldRow{field::resembles, "checked close denied", "What the first bytes look like when they are not TLS.",
             FieldType::keyword, "ssh", "own"},
    FieldRow{field::bytes_from_client, "progress close", "Bytes relayed from client to upstream.", FieldType::number,
             "1048576", "ECS", "bytes"},
    FieldRow{field::bytes_from_upstream, "progress close", "Bytes relayed from upstream to client.", FieldType::number,
             "5120", "ECS", "bytes"},
    FieldRow{field::duration, "progress close denied failed", "Nanoseconds since the connection was accepted.",
             FieldType::number, "9000000000", "ECS", "ns"},
    FieldRow{field::dns_time, "open failed", "Microseconds spent resolving the name.", FieldType::number, "850", "own",
             "µs"},
    FieldRow{field::dial_time, "open failed", "Microseconds spent connecting.", FieldType::number, "12400", "own",
             "µs"},
    FieldRow{field::first_flight_time, "checked",
             "Microseconds from the client's turn to its whole ClientHello, the last if there are two.",
             FieldType::number, "3100", "own", "µs"},
    FieldRow{field::first_byte_time, "progress close",
             "Microseconds from the accepted connection to the upstream's first byte; absent while there is none.",
             FieldType::number, "41000", "own", "µs"},
    FieldRow{field::relay, "progress close", "splice where bytes went through a pipe of the kernel, else copy.",
             FieldType::keyword, "splice", "own"},
    FieldRow{field::ended_by, "close", "client, upstream or gate.", FieldType::keyword, "client", "own"},
    FieldRow{field::count, refusals, "How many equal refusals the line stands for; absent for one.", FieldType::number,
             "40", "own"},
    FieldRow{field::first_at, refusals, "When the first of them happened.", FieldType::date, "2026-11-22T02:29:00.000Z",
             "ECS"},
    FieldRow{field::policy, "start policy open segment", "Fingerprint of the policy in force.", FieldType::keyword,
             "0123456789abcdef", "own"},
    FieldRow{field::note, "start policy stop segment gap", "What the gate has to say about itself.", FieldType::text,
             "shirgate 0.1.0", "ECS"},
    FieldRow{field::key, "segment", "The public key that signs this log, raw.", FieldType::keyword,
             "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "own"},
    FieldRow{field::live, "segment", "How many tunnels are open where the segment begins.", FieldType::number, "2",
             "own"},
    FieldRow{field::live_tunnels, "live", "Some of those tunnels, at most 100 a line, separated by blanks.",
             FieldType::keyword, "00c0ffee00000017 00c0ffee00000018", "own"},
    FieldRow{field::signature, "head", "Ed25519 over `shirgate-head-1`, gate, seq and prev, a line each.",
             FieldType::keyword, "e556…", "own"},
    FieldRow{field::through, "checkpoint", "The last line that is deleted with old segments.", FieldType::number, "41",
             "own"},
    FieldRow{field::hash, "checkpoint", "The SHA-256 of that line.", FieldType::keyword, "6cbe…", "own"},
    FieldRow{field::lab, all, "true when the gate runs as a lab; absent otherwise.", FieldType::flag, "true", "own"},
};

constexpr std::array<std::string_view, action_count> action_names{"start", "policy", "open",   "checked", "progress",
                                                                  "close", "denied", "failed", "stop",    "segment",
                                                                  "live",  "head",   "torn",   "gap",     "checkpoint"};

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
  if (event.upstream) {
    line.text(field::upstream_ip, to_string(*event.upstream));
    line.text(field::address_class, to_string(classify(*event.upstream)));
  }
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
  if (event.first_byte_time) line.number(field::first_byte_time, event.first_byte_time->count());
  if (event.spliced) line.text(field::relay, *event.spliced ? "splice" : "copy");
  if (event.ended_by) line.text(field::ended_by, to_string(*event.ended_by));
  if (event.count > 1) line.number(field::count, event.count);
  if (event.first_at) line.time(field::first_at, *event.first_at);
}

void write_journal(JsonLine& line, const Event& event) {
  line.text(field::key, event.key);
  if (event.live) line.number(field::live, *event.live);
  line.plain(field::live_tunnels, event.live_tunnels);
  line.text(field::signature, event.signature);
  if (event.through) line.number(field::through, *event.through);
  line.text(field::hash, event.hash);
}

}  // namespace

std::string_view to_string(Action action) { return action_names.at(static_cast<std::size_t>(action)); }

bool tells_exception(Action action, Reason would_deny) {
  if (would_deny == Reason::allowed) return false;
  return action == (row_of(would_deny).stage == Stage::first_flight ? Action::checked : Action::open);
}

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

std::optional<TlsVersion> parse_tls_version(std::string_view text) {
  for (const auto version :
       {TlsVersion::ssl3_0, TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3})
    if (tls_version_text(static_cast<std::uint16_t>(version)) == text) return version;
  return std::nullopt;
}

std::optional<Action> parse_action(std::string_view word) {
  const auto* found = std::find(action_names.begin(), action_names.end(), word);
  if (found == action_names.end()) return std::nullopt;
  return static_cast<Action>(found - action_names.begin());
}

std::string_view to_string(FieldType type) {
  constexpr std::array names{"keyword", "text", "long", "boolean", "date", "ip"};
  return names.at(static_cast<std::size_t>(type));
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
  write_journal(line, event);
  line.flag(field::lab, event.lab);
  line.end();
}

std::span<const FieldRow> field_table() { return table; }

}  // namespace shirgate
