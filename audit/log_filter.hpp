// Which lines of a log are asked about.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "audit/log_line.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Empty takes all. Times are such as read_time() makes.
struct LogFilter {
  std::string since{};
  std::string until{};
  std::string runtime{};
  std::string channel{};  ///< what no rule lists has none

  [[nodiscard]] bool in_time(const LogLine& line) const {
    return line.time >= std::string_view(since) &&
           (until.empty() || line.time.substr(0, until.size()) <= std::string_view(until));
  }
  [[nodiscard]] bool is_about(std::string_view its_runtime, std::string_view its_channel) const {
    return (runtime.empty() || its_runtime == runtime) && (channel.empty() || its_channel == channel);
  }
  [[nodiscard]] bool takes(const LogLine& line) const { return in_time(line) && is_about(line.runtime, line.channel); }
};

/// A time as a person writes it, UTC: "2026", "2026-11-22", "2026-11-22T08:00:00Z" or any other beginning of a time, a
/// blank for the T; or how long before `now`: "90s", "30m", "24h", "7d", "2w". Yields the beginning of a line's time,
/// so that an `until` takes in the whole day, hour or second it names.
[[nodiscard]] Checked<std::string> read_time(std::string_view text, WallTime now);

/// "2026-11-22T02:29:36.341Z", as lines have it.
[[nodiscard]] std::string time_text(WallTime time);

}  // namespace shirgate
