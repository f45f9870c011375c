// What a session gives to the relay when its tunnel is through the gate: two connected sockets and plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include "audit/event.hpp"
#include "policy/verdict.hpp"
#include "proxy/gate/occupancy.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {

/// What the end of a tunnel is told about, and what a new policy judges it by. No pointer into any snapshot.
struct TunnelFacts {
  std::uint64_t id = 0;
  Endpoint client;
  Target target;
  Address upstream;  ///< the judged address
  Verdict verdict;
  SteadyTime accepted_at{};
  IngressKind ingress = IngressKind::connect;
  bool ech = false;  ///< its ClientHello carries ECH
  bool lab = false;
};

struct TunnelLimits {
  std::chrono::milliseconds idle{0};  ///< 0: may be quiet for ever
  std::chrono::milliseconds half_close{0};
  std::chrono::milliseconds progress{0};
};

struct Handover {
  std::unique_ptr<Socket> client;       ///< in the worker's loop; the relay owns it from here on
  std::unique_ptr<Socket> upstream;     ///< likewise
  std::span<const char> to_upstream{};  ///< bytes already read from the client; copied
  Traffic already;                      ///< relayed before, and counted at the end
  TunnelFacts facts;
  TunnelLimits limits;
  Permit permit;  ///< the client's place in the occupancy
};

}  // namespace shirgate
