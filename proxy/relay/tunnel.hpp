// One open tunnel as the relay keeps it: a plain struct, no coroutine, no buffer while nothing is stuck.
#pragma once

#include <cstddef>
#include <string>

#include "proxy/relay/handover.hpp"

namespace shirgate {

class Relay;

/// One direction. Bytes go straight from `from` to `to`; only what `to` would not take is kept, and while it is,
/// `from` is not read: that is the back-pressure.
struct Flow {
  Descriptor* from = nullptr;
  Descriptor* to = nullptr;
  std::string stuck{};
  bool finished = false;   ///< `from` sent its end
  bool passed_on = false;  ///< and `to` was told
  std::uint64_t bytes = 0;
};

struct Tunnel final : public ReadinessListener {
  Relay* relay = nullptr;
  Flow up;    ///< client to upstream
  Flow down;  ///< upstream to client
  TunnelFacts facts;
  TunnelLimits limits;
  Permit permit;
  SteadyTime last_moved{};
  SteadyTime last_progress{};
  bool waiting_for_turn = false;
  std::size_t place = 0;  ///< in the relay's table

  std::optional<EndedBy> first_finished{};

  explicit Tunnel(Handover&& handover);
  void on_ready(Descriptor& descriptor) override;

  /// How a tunnel's end came about; empty while it lives.
  struct End {
    Reason reason;
    EndedBy by;
  };
  /// Moves what can be moved, at most `allowance` bytes, through the bounce buffer. `more` says that it stopped at the
  /// allowance.
  [[nodiscard]] std::optional<End> turn(std::span<char> bounce, std::size_t allowance, SteadyTime now, bool& more);
  /// Has it been quiet for longer than it may?
  [[nodiscard]] std::optional<End> overdue(SteadyTime now) const;
  [[nodiscard]] std::uint64_t moved() const { return up.bytes + down.bytes; }
};

}  // namespace shirgate
