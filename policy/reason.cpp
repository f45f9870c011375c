#include "policy/reason.hpp"

#include <array>
#include <utility>

namespace shirgate {
namespace {

using enum Stage;
constexpr auto no_alert = std::nullopt;
constexpr auto denied = TlsAlert::access_denied;

constexpr std::array table{
    ReasonRow{Reason::allowed, "allowed", relay, 200, "", no_alert, "Nothing to do."},

    ReasonRow{Reason::bad_request_line, "bad_request_line", request, 400, "http_request_error", no_alert,
              "The request line is not 'CONNECT host:port HTTP/1.1'."},
    ReasonRow{Reason::bad_version, "bad_version", request, 505, "http_request_error", no_alert,
              "Only HTTP/1.1 and HTTP/1.0 are spoken here."},
    ReasonRow{Reason::method_not_served, "method_not_served", request, 501, "http_request_error", no_alert,
              "The gate serves CONNECT only; point the client's HTTPS proxy setting at it."},
    ReasonRow{Reason::bad_target, "bad_target", request, 400, "http_request_error", no_alert,
              "The request target is not of the form this method needs; CONNECT takes host:port and nothing else."},
    ReasonRow{Reason::bad_authority, "bad_authority", request, 400, "http_request_error", no_alert,
              "The target is not one host and one port."},
    ReasonRow{Reason::bad_host, "bad_host", request, 400, "http_request_error", no_alert,
              "The host is not a plain DNS name; odd spellings are refused, not repaired."},
    ReasonRow{Reason::bad_port, "bad_port", request, 400, "http_request_error", no_alert,
              "The port must be written, 1 to 65535, digits only."},
    ReasonRow{Reason::scheme_not_served, "scheme_not_served", request, 403, "http_request_denied", no_alert,
              "Requests with a full URL are not forwarded; HTTPS goes through CONNECT."},
    ReasonRow{Reason::bad_header, "bad_header", request, 400, "http_request_error", no_alert,
              "A header field is malformed, folded or repeated where it must not be."},
    ReasonRow{Reason::bad_host_header, "bad_host_header", request, 400, "http_request_error", no_alert,
              "HTTP/1.1 needs exactly one Host field that names the target."},
    ReasonRow{Reason::host_mismatch, "host_mismatch", request, 400, "http_request_error", no_alert,
              "The Host field names another host than the CONNECT target."},
    ReasonRow{Reason::body_not_allowed, "body_not_allowed", request, 400, "http_request_error", no_alert,
              "A CONNECT request carries no body."},
    ReasonRow{Reason::request_line_too_long, "request_line_too_long", request, 414, "http_request_error", no_alert,
              "The request line is longer than 2048 bytes."},
    ReasonRow{Reason::header_too_large, "header_too_large", request, 431, "http_request_error", no_alert,
              "The request head is larger than 8192 bytes or has more than 64 fields."},
    ReasonRow{Reason::request_timeout, "request_timeout", request, 408, "http_request_error", no_alert,
              "The request head did not arrive in time."},
    ReasonRow{Reason::request_incomplete, "request_incomplete", request, 0, "", no_alert,
              "The client went away before it had sent a whole request."},

    ReasonRow{Reason::client_not_listed, "client_not_listed", identify, 403, "http_request_denied", no_alert,
              "No [[runtime]] lists this client's address."},
    ReasonRow{Reason::host_not_listed, "host_not_listed", policy, 403, "http_request_denied", no_alert,
              "No rule lists this host; 'shirgate explain' shows what to add if the pipeline needs it."},
    ReasonRow{Reason::relay_gateway_not_listed, "relay_gateway_not_listed", policy, 403, "http_request_denied",
              no_alert,
              "A gateway host behind a pinned relay; if interactive authoring fails without it, write "
              "relay_gateways = true."},
    ReasonRow{Reason::ip_literal_not_listed, "ip_literal_not_listed", policy, 403, "http_request_denied", no_alert,
              "Addresses match no rule; ask for the host by its name."},
    ReasonRow{Reason::port_not_listed, "port_not_listed", policy, 403, "http_request_denied", no_alert,
              "The host is listed, this port is not."},
    ReasonRow{Reason::protocol_not_served, "protocol_not_served", policy, 403, "http_request_denied", no_alert,
              "The rule for this host and port is not for TLS through CONNECT."},
    ReasonRow{Reason::rule_expired, "rule_expired", policy, 403, "http_request_denied", no_alert,
              "The rule for this host has expired; renew its ticket and its date."},
    ReasonRow{Reason::not_intercepted, "not_intercepted", identify, 403, "http_request_denied", denied,
              "Nothing says where this connection was going; only rules that redirect may lead to a [[transparent]] "
              "listener."},
    ReasonRow{Reason::sql_target_required, "sql_target_required", policy, 403, "http_request_denied", no_alert,
              "Only the real SQL server can answer this client; give the server a [[forward]] of its own."},

    ReasonRow{Reason::dns_no_address, "dns_no_address", dns, 502, "dns_error", no_alert,
              "The name does not exist or has no address."},
    ReasonRow{Reason::dns_failed, "dns_failed", dns, 502, "dns_error", no_alert,
              "The DNS server refused, failed or could not be reached."},
    ReasonRow{Reason::dns_timeout, "dns_timeout", dns, 504, "dns_timeout", no_alert,
              "The DNS server did not answer in time."},
    ReasonRow{Reason::address_prohibited, "address_prohibited", address, 502, "destination_ip_prohibited", no_alert,
              "The name resolves to an address that is never dialled (loopback, link-local, metadata, multicast)."},
    ReasonRow{Reason::address_own, "address_own", address, 502, "destination_ip_prohibited", no_alert,
              "The name resolves to an address of the gate itself."},
    ReasonRow{Reason::address_not_expected, "address_not_expected", address, 502, "destination_ip_prohibited", no_alert,
              "The name resolves outside the addresses its rule expects; check the private DNS zone or the rule's "
              "addresses."},

    ReasonRow{Reason::connect_refused, "connect_refused", dial, 502, "connection_refused", no_alert,
              "The destination refused the connection."},
    ReasonRow{Reason::connect_failed, "connect_failed", dial, 502, "destination_ip_unroutable", no_alert,
              "The destination could not be reached."},
    ReasonRow{Reason::connect_timeout, "connect_timeout", dial, 504, "connection_timeout", no_alert,
              "The destination did not answer in time; is there a firewall between the gate and it?"},

    ReasonRow{Reason::audit_unavailable, "audit_unavailable", audit, 503, "proxy_internal_response", no_alert,
              "The audit log cannot accept events, so no new tunnel opens."},
    ReasonRow{Reason::client_limit, "client_limit", request, 429, "connection_limit_reached", no_alert,
              "This client has as many connections open as it may."},
    ReasonRow{Reason::total_limit, "total_limit", request, 503, "connection_limit_reached", no_alert,
              "The gate has as many connections open as it may."},

    ReasonRow{Reason::not_tls, "not_tls", first_flight, 0, "", no_alert, "The first bytes of the tunnel are not TLS."},
    ReasonRow{Reason::hello_malformed, "hello_malformed", first_flight, 0, "", denied,
              "The TLS ClientHello could not be read."},
    ReasonRow{Reason::hello_too_large, "hello_too_large", first_flight, 0, "", denied,
              "The TLS ClientHello is larger than 16 KiB or spread over more than 64 records."},
    ReasonRow{Reason::hello_timeout, "hello_timeout", first_flight, 0, "", no_alert,
              "The TLS ClientHello did not arrive in time."},
    ReasonRow{Reason::hello_incomplete, "hello_incomplete", first_flight, 0, "", no_alert,
              "The client went away before its TLS ClientHello was complete."},
    ReasonRow{Reason::tls_version_refused, "tls_version_refused", first_flight, 0, "", TlsAlert::protocol_version,
              "The client offers no TLS version the gate lets through (1.2 or later)."},
    ReasonRow{Reason::sni_absent, "sni_absent", first_flight, 0, "", TlsAlert::unrecognized_name,
              "The ClientHello names no server."},
    ReasonRow{Reason::sni_malformed, "sni_malformed", first_flight, 0, "", denied,
              "The server name in the ClientHello is not one plain DNS name."},
    ReasonRow{Reason::sni_mismatch, "sni_mismatch", first_flight, 0, "", TlsAlert::unrecognized_name,
              "The ClientHello names another server than the CONNECT target."},
    ReasonRow{Reason::ech_refused, "ech_refused", first_flight, 0, "", denied,
              "The ClientHello is encrypted (ECH), which no SHIR sends."},
    ReasonRow{Reason::alpn_refused, "alpn_refused", first_flight, 0, "", TlsAlert::no_application_protocol,
              "The ClientHello offers an application protocol (ALPN) its rule does not list."},
    ReasonRow{Reason::tds_malformed, "tds_malformed", first_flight, 0, "", no_alert,
              "The SQL PRELOGIN could not be read."},
    ReasonRow{Reason::tds_not_encrypted, "tds_not_encrypted", first_flight, 0, "", no_alert,
              "Client and SQL server agreed on no encryption for the whole session; write Encrypt=True."},
    ReasonRow{Reason::tds_login_unencrypted, "tds_login_unencrypted", first_flight, 0, "", no_alert,
              "The SQL client sent its login unencrypted after encryption was agreed; write Encrypt=True."},
    ReasonRow{Reason::server_hello_malformed, "server_hello_malformed", first_flight, 0, "", no_alert,
              "The server's first handshake message could not be read, so nobody knows what the client says next."},
    ReasonRow{Reason::server_hello_timeout, "server_hello_timeout", first_flight, 0, "", no_alert,
              "The server did not answer the ClientHello in time."},

    ReasonRow{Reason::client_closed, "client_closed", relay, 0, "", no_alert, "The client finished first."},
    ReasonRow{Reason::upstream_closed, "upstream_closed", relay, 0, "", no_alert, "The upstream finished first."},
    ReasonRow{Reason::client_reset, "client_reset", relay, 0, "", no_alert, "The client's connection broke."},
    ReasonRow{Reason::client_vanished, "client_vanished", relay, 0, "", no_alert,
              "The client answers nothing any more: its machine or the network to it is gone."},
    ReasonRow{Reason::upstream_reset, "upstream_reset", relay, 0, "", no_alert, "The upstream's connection broke."},
    ReasonRow{Reason::upstream_vanished, "upstream_vanished", relay, 0, "", no_alert,
              "The server answers nothing any more: its machine or the network to it is gone."},
    ReasonRow{Reason::idle_timeout, "idle_timeout", relay, 0, "", no_alert,
              "Nothing moved for as long as the tunnel may be quiet."},
    ReasonRow{Reason::half_close_timeout, "half_close_timeout", relay, 0, "", no_alert,
              "One side had finished and the other stayed quiet."},
    ReasonRow{Reason::policy_revoked, "policy_revoked", relay, 403, "http_request_denied", no_alert,
              "A newer configuration no longer lists this tunnel."},
    ReasonRow{Reason::gate_stopped, "gate_stopped", relay, 503, "proxy_internal_response", no_alert,
              "The gate was stopped."},
    ReasonRow{Reason::internal_error, "internal_error", relay, 500, "proxy_internal_error", denied,
              "The gate made a mistake; please report it with the request id."},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].reason) != i) return false;
  return true;
}
static_assert(in_enum_order(), "every Reason has its row, at its place");
static_assert(table.size() == static_cast<std::size_t>(Reason::internal_error) + 1);

constexpr std::array stage_names{"request", "identify", "policy",       "dns",  "address",
                                 "dial",    "audit",    "first_flight", "relay"};

}  // namespace

std::span<const ReasonRow> reason_table() { return table; }

const ReasonRow& row_of(Reason reason) { return table.at(static_cast<std::size_t>(reason)); }

std::string_view to_string(Reason reason) { return row_of(reason).token; }

std::optional<Reason> parse_reason(std::string_view token) {
  for (const auto& row : table)
    if (row.token == token) return row.reason;
  return std::nullopt;
}

std::string_view to_string(Stage stage) { return stage_names.at(static_cast<std::size_t>(stage)); }

bool is_failure_of_the_world(Reason reason) {
  switch (reason) {
    case Reason::request_incomplete:
    case Reason::dns_no_address:
    case Reason::dns_failed:
    case Reason::dns_timeout:
    case Reason::connect_refused:
    case Reason::connect_failed:
    case Reason::connect_timeout:
    case Reason::gate_stopped:
    case Reason::internal_error: return true;
    default: return false;
  }
}

}  // namespace shirgate
