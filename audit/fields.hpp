// The keys of the audit log, spelled once.
#pragma once

#include <string_view>

namespace shirgate::field {

inline constexpr std::string_view seq = "shirgate.seq";
inline constexpr std::string_view prev = "shirgate.prev";
inline constexpr std::string_view gate = "shirgate.gate";
inline constexpr std::string_view timestamp = "@timestamp";
inline constexpr std::string_view action = "event.action";
inline constexpr std::string_view tunnel = "shirgate.tunnel";
inline constexpr std::string_view runtime = "shirgate.runtime";
inline constexpr std::string_view channel = "shirgate.channel";
inline constexpr std::string_view rule = "shirgate.rule";
inline constexpr std::string_view reason = "shirgate.reason";
inline constexpr std::string_view stage = "shirgate.stage";
inline constexpr std::string_view mode = "shirgate.mode";
inline constexpr std::string_view would_deny = "shirgate.would_deny";
inline constexpr std::string_view first_use = "shirgate.first_use";
inline constexpr std::string_view client_ip = "source.ip";
inline constexpr std::string_view client_port = "source.port";
inline constexpr std::string_view host = "destination.domain";
inline constexpr std::string_view port = "destination.port";
inline constexpr std::string_view upstream_ip = "destination.ip";
inline constexpr std::string_view address_class = "shirgate.address_class";
inline constexpr std::string_view resolved = "dns.resolved_ip";
inline constexpr std::string_view asked = "shirgate.asked";
inline constexpr std::string_view ingress = "shirgate.ingress";
inline constexpr std::string_view original_ip = "shirgate.original.ip";
inline constexpr std::string_view original_port = "shirgate.original.port";
inline constexpr std::string_view sni = "tls.client.server_name";
inline constexpr std::string_view alpn = "shirgate.tls.alpn";
inline constexpr std::string_view tls_version = "shirgate.tls.max_version";
inline constexpr std::string_view ja4 = "tls.client.ja4";
inline constexpr std::string_view ech = "shirgate.tls.ech";
inline constexpr std::string_view hello_retry = "shirgate.tls.hello_retry";
inline constexpr std::string_view server_version = "tls.version";
inline constexpr std::string_view server_names = "tls.server.x509.alternative_names";
inline constexpr std::string_view server_issuer = "tls.server.issuer";
inline constexpr std::string_view resembles = "shirgate.resembles";
inline constexpr std::string_view bytes_from_client = "source.bytes";
inline constexpr std::string_view bytes_from_upstream = "destination.bytes";
inline constexpr std::string_view duration = "event.duration";
inline constexpr std::string_view dns_time = "shirgate.time.dns";
inline constexpr std::string_view dial_time = "shirgate.time.dial";
inline constexpr std::string_view first_flight_time = "shirgate.time.first_flight";
inline constexpr std::string_view first_byte_time = "shirgate.time.first_byte";
inline constexpr std::string_view relay = "shirgate.relay";
inline constexpr std::string_view ended_by = "shirgate.ended_by";
inline constexpr std::string_view count = "shirgate.count";
inline constexpr std::string_view first_at = "event.start";
inline constexpr std::string_view policy = "shirgate.policy";
inline constexpr std::string_view note = "message";
inline constexpr std::string_view key = "shirgate.key";
inline constexpr std::string_view live = "shirgate.live";
inline constexpr std::string_view live_tunnels = "shirgate.tunnels";
inline constexpr std::string_view signature = "shirgate.signature";
inline constexpr std::string_view through = "shirgate.through";
inline constexpr std::string_view hash = "shirgate.hash";
inline constexpr std::string_view lab = "shirgate.lab";

}  // namespace shirgate::field
