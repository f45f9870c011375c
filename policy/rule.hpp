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

namespace shirgate {

/// What a tunnel must speak from its first byte on.
enum class Protocol : std::uint8_t { tls, tds, http };
[[nodiscard]] std::string_view to_string(Protocol protocol);

/// Where a rule came from, for people: a row of the catalogue or a line of the configuration.
struct Provenance {
  std::string origin;   ///< "catalogue ctl-fqdn-public" or "[[allow]] line 31"
  std::string purpose;  ///< why the channel exists, one line
  std::string source;   ///< the document that asks for it, or the ticket
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
  std::optional<std::chrono::sys_days> expires{};  ///< last day it is valid, whole day, UTC
  bool may_be_quiet = false;                       ///< its tunnels are honestly silent for hours: no idle limit
  std::string ticket{};
  Provenance provenance{};
};

/// One self-hosted integration runtime: a name and the addresses it connects from.
struct Runtime {
  Name name;
  std::vector<AddressRange> clients;
};

}  // namespace shirgate
