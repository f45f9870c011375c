// The metrics as a file, for node_exporter's textfile collector and what else reads such: the gate listens nowhere for
// them, so nobody can reach it there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "policy/checked.hpp"

namespace shirgate {

/// Writes what `text` says now and every `interval`, on a thread of its own; readers find it whole or not at all. The
/// end removes it: no metrics are better than old ones.
class MetricsFile {
 public:
  struct Setup {
    std::string path;
    std::chrono::milliseconds interval;
    std::function<std::string()> text;                 ///< any thread, until the end
    std::function<void(std::string_view)> on_trouble;  ///< any thread: once when it can't be written, and once when it
                                                       ///< can again
  };
  /// The complaint names the path: it can't be written.
  [[nodiscard]] static Checked<std::unique_ptr<MetricsFile>> start(Setup setup);
  ~MetricsFile();
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

 private:
  explicit MetricsFile(Setup setup) : setup_(std::move(setup)) {}
  [[nodiscard]] Checked<bool> write() const;
  void run();

  const Setup setup_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace shirgate
