// One open tunnel as the relay keeps it: a plain struct, no coroutine, no buffer and no pipe while nothing is stuck.
#pragma once

#include <cstddef>

#include "proxy/relay/flow.hpp"
#include "proxy/relay/handover.hpp"

namespace shirgate {

class Relay;

struct Tunnel final : public ReadinessListener {
  Relay* relay = nullptr;  ///< null once it is closed and only waits for the turn's end
  Flow up;                 ///< client to upstream
  Flow down;               ///< upstream to client
  TunnelFacts facts;
  TunnelLimits limits;
  Permit permit;
  SteadyTime last_moved{};
  SteadyTime last_progress{};
  SteadyTime first_byte_at{};  ///< of the upstream; unset while there is none
  std::size_t place = 0;       ///< in the relay's table
  bool waiting_for_turn = false;
  bool probes_silence = false;  ///< its upstream socket, as the client's does from the start
  bool counted_bulk = false;
  bool look_for_home = false;  ///< at its next turn
  bool re_homed = false;       ///< it has been moved to another worker, which happens once
  std::optional<EndedBy> first_finished{};

  /// What is on its way to the upstream already is for the caller to keep.
  explicit Tunnel(Handover&& handover);
  void on_ready(Descriptor& descriptor) override;

  /// How a tunnel's end came about; empty while it lives.
  struct End {
    Reason reason;
    EndedBy by;
  };
  /// Moves what can be moved, at most about `allowance` bytes. `more` says that it stopped at the allowance.
  [[nodiscard]] std::optional<End> turn(const Means& means, std::size_t allowance, bool& more);
  /// Has it been quiet for longer than it may?
  [[nodiscard]] std::optional<End> overdue(SteadyTime now) const;
  [[nodiscard]] std::uint64_t moved() const { return up.bytes + down.bytes; }
  [[nodiscard]] bool bulk() const { return up.bulk || down.bulk; }
  [[nodiscard]] bool spliced() const { return up.spliced || down.spliced; }
  /// Remembers when the upstream's first byte went on.
  void note_first_byte(SteadyTime now) {
    if (down.bytes != 0 && first_byte_at == SteadyTime()) first_byte_at = now;
  }
  [[nodiscard]] bool holds_pipes() const { return up.pipe || down.pipe; }

  /// Both flows between these two from now on.
  void attach(Relay& to, Descriptor* client, Descriptor* upstream);
};

}  // namespace shirgate
