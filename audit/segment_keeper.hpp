// Looks after segments that are complete: compresses them, and removes those whose time is over.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace shirgate {

/// One thread that runs when nobody else wants to. Whenever it is interrupted, every line is still there in one form or
/// the other.
class SegmentKeeper {
 public:
  SegmentKeeper(std::string directory, bool compress, std::function<void(std::string_view)> on_trouble);
  /// Interrupts what is being compressed; the next run begins it again.
  ~SegmentKeeper();
  SegmentKeeper(const SegmentKeeper&) = delete;
  SegmentKeeper& operator=(const SegmentKeeper&) = delete;

  /// Segments before the one that begins with this line are complete.
  void look_after(std::uint64_t current);
  /// Of these nothing is needed any more, oldest first.
  void remove(std::vector<std::string> paths);

 private:
  void run();
  void compress_complete(std::uint64_t current);
  void remove_all(const std::vector<std::string>& paths);

  std::string directory_;
  bool compress_;
  std::function<void(std::string_view)> on_trouble_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::uint64_t current_ = 0;               ///< guarded
  std::vector<std::string> to_be_removed_;  ///< guarded
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace shirgate
