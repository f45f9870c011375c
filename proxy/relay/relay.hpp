// Moves the bytes of one worker's open tunnels, and nothing else: names, policy and TLS are behind them.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "audit/audit.hpp"
#include "proxy/relay/tunnel.hpp"

namespace shirgate {

/// On its loop's thread. A turn of the loop spends at most a bounded number of bytes on one tunnel and goes round, so a
/// bulk copy does not starve a quiet channel; nothing is allocated, locked, logged or timed per chunk.
class Relay final : public TurnTask {
 public:
  Relay(EventLoop& loop, Audit& audit);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Takes the tunnel over. Its `open` event has been accepted; the relay writes `progress` and, exactly once, `close`.
  void adopt(Handover handover);

  [[nodiscard]] std::size_t open_tunnels() const { return tunnels_.size(); }

  /// Judges open tunnels again, a slice of them at each tick, with what `judge` says: `allowed`, or why a tunnel has to
  /// end. A call during a round starts a new round.
  using Judge = std::function<Reason(const TunnelFacts&)>;
  void judge_again(Judge judge);

  void close_all(Reason reason);

  /// About every tick: deadlines, progress, the next slice of a judging round.
  void on_tick();
  bool on_turn() override;

 private:
  friend struct Tunnel;
  /// Also the most a stalled direction keeps.
  static constexpr std::size_t bounce_bytes = std::size_t{64} * 1024;
  static constexpr std::size_t turn_allowance = 16 * bounce_bytes;
  static constexpr std::size_t judge_slice = 256;

  void make_room();
  void schedule(Tunnel& tunnel);
  [[nodiscard]] std::optional<Tunnel::End> turn(Tunnel& tunnel, bool& more);
  void close(Tunnel& tunnel, Tunnel::End end);
  void report_progress(Tunnel& tunnel);
  void judge_next_slice();

  EventLoop& loop_;
  Audit& audit_;
  std::vector<std::unique_ptr<Tunnel>> tunnels_;
  std::vector<Tunnel*> ready_;
  std::vector<Tunnel*> taking_turns_;
  std::vector<std::unique_ptr<Tunnel>> dead_;  ///< until the turn ends
  std::unique_ptr<char[]> bounce_;
  Judge judge_;
  std::size_t judged_ = 0;
};

}  // namespace shirgate
