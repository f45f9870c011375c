// Why a request or a tunnel ended: one enum, one table. The reply to the client, the audit event, the metric label and
// docs/reasons.md all come from the table, so a reason has one spelling everywhere. Tokens are contract: never reused,
// never renamed without a CHANGELOG line.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace shirgate {

enum class Reason : std::uint8_t {
  allowed,
  // The request head could not be read as one CONNECT.
  bad_request_line,
  bad_version,
  method_not_served,
  bad_target,
  bad_authority,
  bad_host,
  bad_port,
  scheme_not_served,
  bad_header,
  bad_host_header,
  host_mismatch,
  body_not_allowed,
  request_line_too_long,
  header_too_large,
  request_timeout,
  request_incomplete,
  // Who asks, and may it?
  client_not_listed,
  host_not_listed,
  relay_gateway_not_listed,
  ip_literal_not_listed,
  port_not_listed,
  protocol_not_served,
  rule_expired,
  not_intercepted,
  sql_target_required,
  // Where does the name lead?
  dns_no_address,
  dns_failed,
  dns_timeout,
  address_prohibited,
  address_own,
  address_not_expected,
  // Reaching it.
  connect_refused,
  connect_failed,
  connect_timeout,
  // Promises the gate must be able to keep before it opens a tunnel.
  audit_unavailable,
  client_limit,
  total_limit,
  // The first bytes of the tunnel.
  not_tls,
  hello_malformed,
  hello_too_large,
  hello_timeout,
  hello_incomplete,
  tls_version_refused,
  sni_absent,
  sni_malformed,
  sni_mismatch,
  ech_refused,
  alpn_refused,
  tds_malformed,
  tds_not_encrypted,
  tds_login_unencrypted,
  server_hello_malformed,
  server_hello_timeout,
  // How an open tunnel ended.
  client_closed,
  upstream_closed,
  client_reset,
  client_vanished,
  upstream_reset,
  upstream_vanished,
  idle_timeout,
  half_close_timeout,
  policy_revoked,
  gate_stopped,
  internal_error,
};

/// The point a request had reached. design: what a test asserts about DNS queries, connects and bytes follows from it.
enum class Stage : std::uint8_t { request, identify, policy, dns, address, dial, audit, first_flight, relay };

/// TLS alert descriptions the gate sends (RFC 8446 section 6).
enum class TlsAlert : std::uint8_t {
  access_denied = 49,
  protocol_version = 70,
  unrecognized_name = 112,
  no_application_protocol = 120
};

struct ReasonRow {
  Reason reason;
  std::string_view token;         ///< the contract: lower snake case
  Stage stage;                    ///< where it can arise
  int status;                     ///< HTTP status before 200; 0 where no HTTP answer is possible
  std::string_view proxy_error;   ///< RFC 9209 error type for Proxy-Status; empty where none fits
  std::optional<TlsAlert> alert;  ///< what a TLS client is sent after 200
  std::string_view advice;        ///< one sentence for the person who reads it
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::internal_error) + 1;

/// Every reason, in the order of the enum.
[[nodiscard]] std::span<const ReasonRow> reason_table();

[[nodiscard]] const ReasonRow& row_of(Reason reason);
[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view token);
[[nodiscard]] std::string_view to_string(Stage stage);

/// True where the world, not a decision, ended the attempt: such attempts are audited as `failed`, not `denied`.
[[nodiscard]] bool is_failure_of_the_world(Reason reason);

/// A T, or the one Reason there is none. Deliberately without .value(): the hook it needs is never defined, so every
/// caller has to test.
template <class T>
using Result = boost::system::result<T, Reason>;

}  // namespace shirgate
