// The running gate: workers on their ports, the journal behind them, the configuration in force.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audit/journal.hpp"
#include "audit/sinks/shippers.hpp"
#include "config/load.hpp"
#include "policy/checked.hpp"
#include "proxy/gate/first_uses.hpp"
#include "proxy/gate/metrics.hpp"
#include "proxy/gate/metrics_file.hpp"
#include "proxy/gate/occupancy.hpp"
#include "proxy/gate/snapshot.hpp"
#include "proxy/gate/worker.hpp"

namespace shirgate {

/// Starts threads; used from one thread. The destructor stops it at once, but for what is left to ship: that may take
/// what stop() left of the drain time.
class Gate {
 public:
  /// Listens on every configured address or on none. The complaint names the address or path and why.
  [[nodiscard]] static Checked<std::unique_ptr<Gate>> start(Config config);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Where it listens, with the ports the kernel gave for port 0. As many as configured, in that order:
  /// [gate] listen, each [[forward]], each [[transparent]].
  [[nodiscard]] const std::vector<Endpoint>& listening() const { return listening_; }

  /// Puts another configuration into force, as a whole; open tunnels are judged by it. What can't change while the gate
  /// runs (listeners, workers, the audit directory, the lab) is a complaint, and then nothing changes.
  [[nodiscard]] Checked<bool> reload(Config config);

  /// Stops accepting, lets open tunnels go on for the drain time, ends the rest, writes everything down.
  void stop();
  void stop(std::chrono::milliseconds drain_time);

  [[nodiscard]] std::int64_t connections() const { return occupancy_.total() + strangers_.total(); }
  [[nodiscard]] const Journal& journal() const { return *journal_; }
  [[nodiscard]] const Shippers& shippers() const { return *shippers_; }
  /// Any thread.
  [[nodiscard]] GateNumbers numbers() const;

 private:
  static constexpr std::int64_t max_strangers = 64;
  explicit Gate(SnapshotPtr snapshot);
  [[nodiscard]] Checked<bool> open_everything();
  /// The journal, and the shippers that follow it.
  [[nodiscard]] Checked<bool> open_log(std::size_t writers);
  [[nodiscard]] Checked<bool> make_workers(std::vector<std::vector<Door>> doors);
  [[nodiscard]] Checked<bool> publish_metrics();
  [[nodiscard]] Checked<bool> open_doors(std::vector<std::vector<Door>>& by_worker);
  /// Any thread, once every worker has been made.
  void post(std::size_t worker, std::function<void(Worker&)> call);
  /// The journal's thread: events of this worker are on disk.
  void wake_waiting(std::size_t writer);
  void wake_waiting_sessions(bool on);
  void note(Action action, std::string_view text);
  /// Says so in the operational log, and in words for the audit's note; nothing where every runtime enforces.
  [[nodiscard]] std::string warn_of_reporting() const;

  mutable std::mutex snapshot_mutex_;  ///< others than the gate's own thread read it for metrics
  SnapshotPtr snapshot_;
  Occupancy occupancy_;
  FirstUses first_uses_;
  Occupancy strangers_{max_strangers, max_strangers};
  std::vector<Endpoint> listening_;
  std::unique_ptr<Shippers> shippers_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<BulkCensus> census_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex waking_mutex_;
  bool waking_ = false;  ///< the workers are there to be told that their events are on disk
  bool stopped_ = false;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  std::chrono::steady_clock::time_point drained_by_{};
  std::unique_ptr<MetricsFile> metrics_file_;  ///< reads all of the others
};

}  // namespace shirgate
