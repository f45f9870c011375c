// What every subcommand counts, and how it is printed: one JSON object on one line.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace load {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}
[[nodiscard]] inline Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// The value below which `part` of them lie; 0 of none.
[[nodiscard]] double percentile(std::vector<double>& values, double part);

/// How many did not work, and what the first of them met.
struct Failures {
  std::uint64_t count = 0;
  std::string first;
  void add(std::string_view why);
};

class Object {
 public:
  Object& add(std::string_view key, double value);
  Object& add(std::string_view key, std::string_view text);
  Object& add(const Failures& failures);
  /// NAME_p50_us, NAME_p90_us, NAME_p99_us, NAME_count
  Object& add_spread(std::string_view name, std::vector<double>& microseconds);
  void print() const;

 private:
  void key(std::string_view name);
  std::string text_ = "{";
};

}  // namespace load
