// The doors of the gate: where clients come in, and how each door learns what they want to reach.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/endpoint.hpp"
#include "policy/name.hpp"
#include "policy/target.hpp"

namespace shirgate {

enum class IngressKind : std::uint8_t {
  connect,   ///< [gate] listen: the client says so, with CONNECT
  forward,   ///< [[forward]]: one target for all; the client takes the gate for the server
  redirect,  ///< [[transparent]]: caught by a NAT rule on this machine; the kernel remembers where to (SO_ORIGINAL_DST)
  tproxy,    ///< [[transparent]]: caught by a TPROXY rule; the connection still carries where to
};
/// "connect", "forward", "redirect", "tproxy".
[[nodiscard]] std::string_view to_string(IngressKind kind);

struct Ingress {
  IngressKind kind = IngressKind::connect;
  Endpoint listen{};
  Name runtime{};                      ///< forward: whose clients it is for
  std::optional<Target> target{};      ///< forward: where all of them go; none: to the server their TLS names
  std::vector<std::uint16_t> ports{};  ///< transparent: the original ports that are served
  bool sql_by_sni = false;  ///< the gate may answer PRELOGIN itself, because only TLS can say which server is meant

  [[nodiscard]] bool is_transparent() const { return kind == IngressKind::redirect || kind == IngressKind::tproxy; }
  [[nodiscard]] friend bool operator==(const Ingress&, const Ingress&) = default;
};

}  // namespace shirgate
