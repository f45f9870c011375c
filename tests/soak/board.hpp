// What the threads of a soak know of each other: the scripts, who is how far, and what went wrong.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "script.hpp"

namespace shirgate::soak {

using Clock = std::chrono::steady_clock;

class Board {
 public:
  explicit Board(const Options& options) : noise(options.seed) {
    for (std::size_t i = 0; i < options.tunnels; ++i) tunnels_.emplace_back().script = script_of(options, i);
  }

  const Noise noise;

  [[nodiscard]] std::size_t size() const { return tunnels_.size(); }
  [[nodiscard]] const Script& script(std::size_t tunnel) const { return tunnels_[tunnel].script; }

  /// Bytes went through one of its ends, or it began.
  void note_progress(std::size_t tunnel, std::size_t bytes) {
    tunnels_[tunnel].at = Clock::now().time_since_epoch().count();
    moved_ += bytes;
  }
  /// An end is over; a tunnel has two.
  void note_over(std::size_t tunnel) {
    ++tunnels_[tunnel].over;
    ++over_;
  }
  [[nodiscard]] std::size_t ends_over() const { return over_; }
  [[nodiscard]] std::uint64_t bytes_moved() const { return moved_; }

  /// Looks for tunnels in which nothing has moved for so long.
  void look_for_stalls(Clock::duration limit) {
    const auto now = Clock::now().time_since_epoch().count();
    for (std::size_t i = 0; i < tunnels_.size(); ++i) {
      const auto& tunnel = tunnels_[i];
      if (tunnel.at == 0 || tunnel.over == 2 || now - tunnel.at < limit.count()) continue;
      complain(i, "has stalled, ends over: " + std::to_string(tunnel.over));
    }
  }
  void complain(std::size_t tunnel, const std::string& what) {
    complain("tunnel " + std::to_string(tunnel) + ' ' + what);
  }
  void complain(std::string what) {
    const std::scoped_lock lock(mutex_);
    if (complaints_.size() < 20) complaints_.push_back(std::move(what));
    failed_ = true;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Once the threads have ended.
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Tunnel {
    Script script;
    std::atomic<Clock::rep> at{0};  ///< of its last progress; 0: not begun
    std::atomic<int> over{0};
  };
  std::deque<Tunnel> tunnels_;
  std::atomic<std::size_t> over_{0};
  std::atomic<std::uint64_t> moved_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::vector<std::string> complaints_;
};

}  // namespace shirgate::soak
