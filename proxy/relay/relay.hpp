// Moves the bytes of one worker's open tunnels, and nothing else: names, policy and TLS are behind them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "audit/audit.hpp"
#include "proxy/relay/census.hpp"
#include "proxy/relay/tunnel.hpp"

namespace shirgate {

/// On its loop's thread. A turn of the loop spends at most a bounded number of bytes on one tunnel, and on all of them,
/// and goes round, so a bulk copy starves neither a quiet channel nor a new session; nothing is allocated, locked,
/// logged or timed per chunk.
class Relay final : public TurnTask {
 public:
  struct Setup {
    EventLoop& loop;
    Audit& audit;
    BulkCensus& census;
    RelayMode mode = RelayMode::automatic;
    std::size_t worker = 0;      ///< whose relay it is
    std::size_t most_pipes = 0;  ///< two descriptors each
    /// Any thread: runs the call soon on that worker's thread, with its relay.
    std::function<void(std::size_t worker, std::function<void(Relay&)> call)> post;
  };

  explicit Relay(Setup setup);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Takes the tunnel over. Its `open` event has been accepted; the relay writes `progress` and, exactly once, `close`.
  void adopt(Handover handover);

  [[nodiscard]] std::size_t open_tunnels() const { return tunnels_.size(); }
  [[nodiscard]] const RelayCounters& counters() const { return counters_; }
  [[nodiscard]] const PipePool& pipes() const { return pipes_; }

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
  using TunnelPointer = Slab<Tunnel>::Pointer;
  /// Also the most a stalled direction keeps in memory.
  static constexpr std::size_t bounce_bytes = max_stuck_bytes;
  static constexpr std::size_t tunnel_allowance = std::size_t{1} << 20;
  /// About a millisecond of copying.
  static constexpr std::size_t turn_allowance = std::size_t{4} << 20;
  static constexpr std::size_t judge_slice = 256;

  /// A tunnel between two workers.
  struct Moving {
    std::optional<Tunnel> tunnel;
    int client = -1;
    int upstream = -1;
    std::size_t from = 0;  ///< the worker
  };

  [[nodiscard]] Means means();
  void make_room();
  void enter(TunnelPointer tunnel, Descriptor* client, Descriptor* upstream);
  [[nodiscard]] TunnelPointer leave(Tunnel& tunnel);
  void schedule(Tunnel& tunnel);
  [[nodiscard]] std::optional<Tunnel::End> turn(Tunnel& tunnel, bool& more);
  /// Its turn; the bytes that moved. The tunnel may be gone afterwards.
  std::size_t serve(Tunnel& tunnel);
  void close(Tunnel& tunnel, Tunnel::End end);
  void count_bulk(Tunnel& tunnel);
  /// Sends it to a worker that has fewer bulk tunnels, if there is one. True: it is gone.
  [[nodiscard]] bool found_home(Tunnel& tunnel);
  void detach(Tunnel& tunnel, Moving& moving);
  void take_in(const std::shared_ptr<Moving>& moving);
  void watch(Moving& moving);
  void append_close(const Tunnel& tunnel, Tunnel::End end);
  void forget_the_dead();
  void report_progress(Tunnel& tunnel);
  void look_after(Tunnel& tunnel);
  void judge_next_slice();

  Setup setup_;
  PipePool pipes_;
  StuckMemory stuck_;
  RelayCounters counters_;
  Slab<Tunnel> slab_;
  std::vector<TunnelPointer> tunnels_;
  std::vector<Tunnel*> ready_;
  std::vector<Tunnel*> taking_turns_;
  std::size_t next_turn_ = 0;        ///< in taking_turns_
  std::vector<TunnelPointer> dead_;  ///< until no list names them
  std::unique_ptr<char[]> bounce_;
  Judge judge_;
  std::size_t judged_ = 0;
};

}  // namespace shirgate
