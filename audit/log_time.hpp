// Times as lines of the log have them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace shirgate {

using LogTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// "2026-11-22T02:29:36.341Z" and nothing else, of a day and a time of day that there is: such times sort as their
/// texts do.
[[nodiscard]] std::optional<LogTime> parse_log_time(std::string_view text);

}  // namespace shirgate
