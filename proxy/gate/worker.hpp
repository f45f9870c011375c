// One thread of the gate: its loop, its listeners, its resolver, its relay, its end of the audit log.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit/audit.hpp"
#include "proxy/dial.hpp"
#include "proxy/dns/resolver.hpp"
#include "proxy/gate/acceptance.hpp"
#include "proxy/gate/first_uses.hpp"
#include "proxy/gate/listener.hpp"
#include "proxy/gate/occupancy.hpp"
#include "proxy/gate/snapshot.hpp"
#include "proxy/loop/event_loop.hpp"
#include "proxy/relay/relay.hpp"

namespace shirgate {

/// A listening descriptor, and what clients that come in by it are there for.
struct Door {
  int fd;
  Ingress ingress;
};

/// What a session needs from the thread it runs on. Nothing of it is thread-safe but post().
class Worker {
 public:
  struct Setup {
    SnapshotPtr snapshot;
    Audit& audit;
    Occupancy& occupancy;
    FirstUses& first_uses;
    Occupancy& strangers;     ///< places for clients that no runtime lists
    std::vector<Door> doors;  ///< their descriptors are taken over
    BulkCensus& census;
    std::size_t index = 0;    ///< its own
    std::size_t workers = 1;  ///< how many there are, to share out what is limited per gate
    /// Any thread: runs the call soon on that worker's thread.
    std::function<void(std::size_t worker, std::function<void(Worker&)> call)> post;
  };

  explicit Worker(Setup setup);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Starts the thread.
  void start();
  /// Any thread: runs `call` on the worker's thread soon.
  void post(std::function<void()> call) { loop_.wake_from_outside(std::move(call)); }
  void join();

  // The rest is for the worker's own thread.

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] Audit& audit() { return audit_; }
  [[nodiscard]] Acceptance& acceptance() { return acceptance_; }
  [[nodiscard]] Resolver& resolver() { return resolver_; }
  [[nodiscard]] ForeignAddresses& foreign_addresses() { return foreign_addresses_; }
  [[nodiscard]] Relay& relay() { return relay_; }
  [[nodiscard]] FirstUses& first_uses() { return first_uses_; }
  [[nodiscard]] const SnapshotPtr& snapshot() const { return snapshot_; }
  [[nodiscard]] std::uint64_t next_tunnel_id() { return next_tunnel_id_++; }

  /// Puts the snapshot into force and judges the open tunnels by it.
  void use(SnapshotPtr snapshot);
  void stop_accepting();
  /// Ends sessions that are still being set up, and open tunnels at the deadline; then the thread ends.
  void drain(SteadyTime deadline);

  /// A place to say good-bye in; sessions beyond the limit close at once instead.
  static constexpr std::size_t max_lingering = 256;
  [[nodiscard]] bool may_linger() const { return lingering_ < max_lingering / workers_; }
  void begin_lingering() { ++lingering_; }
  void end_lingering() { --lingering_; }

  void begin_session() { ++sessions_; }
  void end_session() { --sessions_; }

 private:
  void run();
  void on_tick();
  void judge_open_tunnels();
  void spawn(const Ingress& ingress, int fd, const Endpoint& peer);
  void start_session(const Ingress& ingress, std::unique_ptr<Socket> client, const Endpoint& peer);

  boost::asio::io_context executor_;
  EventLoop loop_;
  SnapshotPtr snapshot_;
  Audit& audit_;
  Acceptance acceptance_;
  Occupancy& occupancy_;
  FirstUses& first_uses_;
  Occupancy& strangers_;
  Resolver resolver_;
  ForeignAddresses foreign_addresses_;
  BulkCensus& census_;
  Relay relay_;
  std::vector<std::unique_ptr<const Ingress>> ingresses_;  ///< outlive the sessions
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::size_t workers_;
  std::uint64_t next_tunnel_id_;
  std::size_t sessions_ = 0;
  std::size_t lingering_ = 0;
  std::optional<SteadyTime> drain_until_;
  SteadyTime next_second_{};
  SteadyTime next_judging_{};
  std::thread thread_;
};

}  // namespace shirgate
