// How many refusals a minute may stand alone in the log, whoever causes them: what bounds the log under attack.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace shirgate {

/// Shared by all writers of a gate; any thread.
class RefusalQuota {
 public:
  explicit RefusalQuota(std::uint64_t per_minute) : per_minute_(per_minute) {}

  /// True when one more may stand alone in the minute of `at`.
  [[nodiscard]] bool take(std::chrono::system_clock::time_point at) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
    auto before = minute_.load(std::memory_order_relaxed);
    // Who is first in a new minute starts the count; a clock that steps back starts it too.
    if (before != minute && minute_.compare_exchange_strong(before, minute, std::memory_order_relaxed))
      taken_.store(0, std::memory_order_relaxed);
    return taken_.fetch_add(1, std::memory_order_relaxed) < per_minute_;
  }

 private:
  std::uint64_t per_minute_;
  std::atomic<std::int64_t> minute_{0};
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace shirgate
