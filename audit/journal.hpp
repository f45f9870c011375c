// The audit log on disk: JSON lines, numbered without gaps, in one directory that belongs to one gate.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/audit.hpp"
#include "audit/ring.hpp"
#include "policy/checked.hpp"

namespace shirgate {

struct JournalSettings {
  std::string directory;
  std::chrono::milliseconds group{100};
  std::size_t writers = 1;
  std::size_t ring_bytes = std::size_t{1} << 20;  ///< per writer
  /// Told by the journal's thread when the disk begins to refuse, when it takes lines again, and what is lost at the
  /// end.
  std::function<void(std::string_view)> on_trouble = [](std::string_view) {};
};

/// Owns the rings and the one thread that drains, numbers and writes them. Lines of one writer keep their order; a line
/// is on disk (fdatasync) at most `group` after it was accepted. Where the disk refuses, nothing is lost that was
/// accepted: the batch is kept and tried again, and healthy() says so until it is through.
class Journal {
 public:
  /// Creates the directory if need be and locks it. The complaint says which path and why.
  [[nodiscard]] static Checked<std::unique_ptr<Journal>> open(const JournalSettings& settings);
  /// Writes what was accepted and closes the file.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The end for one worker; each may be used by one thread. 0 <= index < writers.
  [[nodiscard]] Audit& writer(std::size_t index) { return *writers_.at(index); }

  /// Any thread. Something was appended; `hurry` when a ring runs full.
  void wake(bool hurry);
  /// Any thread. False while the disk refuses.
  [[nodiscard]] bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  /// Any thread. Lines written since the gate started.
  [[nodiscard]] std::uint64_t lines_written() const { return lines_.load(std::memory_order_relaxed); }

 private:
  explicit Journal(const JournalSettings& settings);
  [[nodiscard]] Checked<bool> open_files();
  void run();
  void collect();
  void write_batch();

  JournalSettings settings_;
  std::vector<std::unique_ptr<Ring>> rings_;
  std::vector<std::unique_ptr<Audit>> writers_;
  int lock_ = -1;
  int file_ = -1;
  std::uint64_t next_seq_ = 1;
  std::string batch_;  ///< lines not yet on disk
  std::size_t batch_lines_ = 0;
  std::atomic<bool> healthy_{true};
  std::atomic<std::uint64_t> lines_{0};
  std::atomic<bool> work_{false};
  std::atomic<bool> hurry_{false};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable hurried_;
  std::thread thread_;
};

}  // namespace shirgate
