// Which worker moves how much: what a relay looks at when a tunnel of its own turns out to be a bulk copy.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace shirgate {

/// How many bulk tunnels each worker has, and how many tunnels are on their way between two. Any thread.
class BulkCensus {
 public:
  explicit BulkCensus(std::size_t workers) : workers_(workers) {}

  void count_in(std::size_t worker) { ++workers_[worker].bulk; }
  void count_out(std::size_t worker) { --workers_[worker].bulk; }
  [[nodiscard]] std::int64_t bulk(std::size_t worker) const { return workers_[worker].bulk; }

  /// Where a bulk tunnel of `here` would have fewer beside it, even counting itself. Nothing: it is best where it is.
  [[nodiscard]] std::optional<std::size_t> quieter_than(std::size_t here) const {
    std::size_t least = here;
    for (std::size_t i = 0; i < workers_.size(); ++i)
      if (bulk(i) < bulk(least)) least = i;
    if (bulk(least) + 1 >= bulk(here)) return std::nullopt;
    return least;
  }

  /// A tunnel sets out for another worker. False once nobody may: a worker that stops must not be sent anything.
  [[nodiscard]] bool set_out() {
    ++on_the_way_;
    if (!closed_) return true;
    --on_the_way_;
    return false;
  }
  void arrived() { --on_the_way_; }
  void close() { closed_ = true; }
  [[nodiscard]] bool nobody_on_the_way() const { return on_the_way_ == 0; }

 private:
  struct alignas(64) Count {
    std::atomic<std::int64_t> bulk{0};
  };
  std::vector<Count> workers_;
  // Sequentially consistent with each other: either a sender sees that it is closed, or who closes sees the sender.
  std::atomic<std::int64_t> on_the_way_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace shirgate
