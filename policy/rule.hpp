// One thing that may leave, with where the permission came from.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/address.hpp"
#include "policy/host_pattern.hpp"
#include "policy/name.hpp"
#include "policy/tls_version.hpp"

namespace shirgate {

using Time = std::chrono::sys_seconds;

/// What a tunnel must speak from its first byte on.
enum class Protocol : std::uint8_t {
  tls,
  tds,
  http,
  any,  ///< nobody knows; what looks like TLS must still name the host
};
[[nodiscard]] std::string_view to_string(Protocol protocol);

/// Where a rule came from, for people: a row of the catalogue or a line of the configuration.
struct Provenance {
  std::string origin;   ///< "catalogue ctl-fqdn-public" or "[[allow]] line 31"
  std::string purpose;  ///< why the channel exists, one line
  std::string source;   ///< the document that asks for it, or the ticket
};

/// What a tunnel's ClientHello must be like, beside naming the host.
struct HelloDemands {
  TlsVersion minimum_version = TlsVersion::tls1_2;
  bool ech_allowed = false;         ///< browsers grease ECH; no service client sends it
  bool sni_optional = false;        ///< SQL only: FreeTDS names no server
  std::vector<std::string> alpn{};  ///< what may be offered; empty: anything. Offering none is always allowed
  [[nodiscard]] friend bool operator==(const HelloDemands&, const HelloDemands&) = default;
};

/// (host, port, protocol) for one runtime. One port each: a rule is a triple, never a cross product.
struct Rule {
  Name name;     ///< unique in its policy, stable over reloads while the text stays
  Name runtime;  ///< who may
  Name channel;  ///< what it is for
  HostPattern pattern;
  std::uint16_t port;
  Protocol protocol = Protocol::tls;
  std::vector<AddressRange> addresses{};           ///< where the name must resolve to; empty: public addresses only
  std::vector<AddressRange> never{};               ///< private endpoints of other channels: never an answer here
  std::optional<std::chrono::sys_days> expires{};  ///< last day it is valid, whole day, UTC
  bool may_be_quiet = false;                       ///< its tunnels are honestly silent for hours: no idle limit
  HelloDemands hello{};
  std::string ticket{};
  std::string address_advice{};  ///< for the person who reads `address_not_expected`; empty: the reason's own
  Provenance provenance{};
};

enum class RuntimeKind : std::uint8_t {
  shir,     ///< a self-hosted integration runtime: a service client
  browser,  ///< people who use the portal; browsers grease ECH, service clients never send it
};
[[nodiscard]] std::string_view to_string(RuntimeKind kind);

/// Where refusals are only reported, for a while. What it can lift is bounded: see Policy::decide and may_be_lifted.
struct Reporting {
  std::chrono::sys_days until{};  ///< last day, whole day, UTC
  bool everything = false;        ///< the whole runtime, unlisted targets included
  std::vector<Name> channels{};   ///< otherwise only these

  [[nodiscard]] bool is_over(Time now) const { return now >= until + std::chrono::days(1); }
};

/// One group of clients with one purpose: the nodes of an integration runtime, or people with browsers.
struct Runtime {
  Name name;
  std::vector<AddressRange> clients;
  RuntimeKind kind = RuntimeKind::shir;
  std::optional<Reporting> reporting{};
};

}  // namespace shirgate
