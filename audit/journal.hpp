// The audit log on disk: JSON lines, numbered and chained without gaps, signed now and then, in one directory that
// belongs to one gate. docs/audit-log.md says what is in the directory.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/audit.hpp"
#include "audit/journal_settings.hpp"
#include "audit/refusal_quota.hpp"
#include "audit/reserve.hpp"
#include "audit/ring.hpp"
#include "audit/segment_log.hpp"
#include "policy/checked.hpp"

namespace shirgate {

class SegmentKeeper;
struct LastRun;

/// Owns the rings and the one thread that drains them into the SegmentLog. Lines of one writer keep their order; with
/// durability "group" a line is on disk at most `group` after it was accepted. Where the disk refuses, nothing is lost
/// that was accepted: it stays in the rings, which outlive the process, and healthy() says so until it is through.
class Journal {
 public:
  /// Creates the directory if need be and locks it, and brings what the last run left to its end: events in its rings
  /// are written, tunnels without an end become `torn`. The complaint says which path and why.
  [[nodiscard]] static Checked<std::unique_ptr<Journal>> open(const JournalSettings& settings);
  /// Writes what was accepted, and a head behind it.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The end for one worker; each may be used by one thread. 0 <= index < writers.
  [[nodiscard]] Audit& writer(std::size_t index) { return *writers_.at(index); }

  /// Any thread. Something was appended; `hurry` when a ring runs full.
  void wake(bool hurry);
  /// Any thread. False while the disk refuses, or the room for that case could not be set aside again.
  [[nodiscard]] bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  /// Any thread. Events of the writers that are on disk, since the gate started.
  [[nodiscard]] std::uint64_t lines_written() const { return lines_.load(std::memory_order_relaxed); }
  /// Any thread. Of all writers since the gate started.
  [[nodiscard]] EventTotals totals() const;
  [[nodiscard]] const JournalSettings& settings() const { return settings_; }
  [[nodiscard]] RefusalQuota& refusal_quota() { return refusal_quota_; }

 private:
  using Clock = std::chrono::steady_clock;

  explicit Journal(const JournalSettings& settings);
  [[nodiscard]] Checked<bool> start();
  [[nodiscard]] Checked<bool> finish_last_run(LastRun& last_run);
  [[nodiscard]] Checked<bool> make_rings();
  /// The startup's way to write: everything, or a complaint.
  [[nodiscard]] Checked<bool> write_all(SegmentLog::Rings rings);
  void run();
  void wait();
  /// Everything there is, unless the disk refuses.
  void write();
  /// Asks for what has become old to go; after a rotation, and now and then.
  void tidy();
  void finish();
  void note_failure();
  void note_success();

  JournalSettings settings_;
  RefusalQuota refusal_quota_;
  std::unique_ptr<SegmentLog> log_;
  Reserve reserve_;
  std::unique_ptr<SegmentKeeper> keeper_;
  std::vector<std::unique_ptr<Ring>> rings_;
  std::vector<std::unique_ptr<Audit>> writers_;
  bool disk_takes_ = true;
  Clock::duration pause_{};     ///< before the next try, while the disk refuses
  Clock::time_point try_at_{};  ///< then
  std::uint64_t tidied_ = 0;    ///< the segment that was current when old ones were looked through last
  Clock::time_point tidy_at_{};
  std::atomic<bool> healthy_{true};
  std::atomic<std::uint64_t> lines_{0};
  std::atomic<bool> work_{false};
  std::atomic<bool> hurry_{false};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable woken_;
  std::thread thread_;
};

}  // namespace shirgate
