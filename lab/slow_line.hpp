// A line that is not good, as a queue of packets: pure, told the time by its callers.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>

namespace shirgate::lab {

/// What a line is like, each way.
struct Line {
  std::chrono::milliseconds delay{0};
  int loss_percent = 0;
  std::int64_t bytes_per_second = 0;  ///< 0: as many as there are

  [[nodiscard]] bool is_good() const { return delay.count() == 0 && loss_percent == 0 && bytes_per_second == 0; }
};

/// Whether the packet may be lost.
enum class Fate : std::uint8_t { open, safe };

/// One way of it.
class SlowLine {
 public:
  using Time = std::chrono::steady_clock::time_point;

  SlowLine(const Line& line, std::uint32_t seed) : line_(line), random_(seed) {}

  /// Time must not run backwards. `size` is what it counts for on the line. Of packets whose fate is open some get
  /// lost, and those that find the line's buffer full: a tenth of a second's bytes, and 64 KiB.
  void take(std::string packet, std::size_t size, Fate fate, Time now);

  /// The next packet that has arrived by then.
  [[nodiscard]] std::optional<std::string> arrived(Time now);
  /// When the next one arrives.
  [[nodiscard]] std::optional<Time> next() const;

 private:
  struct Packet {
    Time arrives;
    std::string bytes;
  };
  [[nodiscard]] bool is_lost(Time now);
  /// How long so many bytes take to get onto the line.
  [[nodiscard]] std::chrono::nanoseconds time_of(std::size_t bytes) const;

  Line line_;
  std::mt19937 random_;
  Time free_at_{};  ///< everything taken before is on the line by then
  std::deque<Packet> packets_{};
};

}  // namespace shirgate::lab
