#include "audit/log_filter.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace shirgate {
namespace {

std::optional<std::chrono::seconds> unit_of(char letter) {
  switch (letter) {
    case 's': return std::chrono::seconds(1);
    case 'm': return std::chrono::minutes(1);
    case 'h': return std::chrono::hours(1);
    case 'd': return std::chrono::days(1);
    case 'w': return std::chrono::weeks(1);
    default: return std::nullopt;
  }
}

std::optional<std::chrono::seconds> read_age(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto unit = unit_of(text.back());
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  // A century is more than any log has, and a sum of it with any time still fits.
  if (!unit || error != std::errc() || stop != end || number * *unit > std::chrono::days(36'500)) return std::nullopt;
  return number * *unit;
}

bool is_begun_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd.ddd";
  // Where a number is whole.
  constexpr std::string_view ends = "   x  x  x  x  x  x   x";
  return !text.empty() && text.size() <= shape.size() && ends[text.size() - 1] == 'x' &&
         std::equal(text.begin(), text.end(), shape.begin(),
                    [](char c, char wanted) { return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted; });
}

}  // namespace

std::string time_text(WallTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds.count())),
                     (milliseconds - seconds).count());
}

Checked<std::string> read_time(std::string_view text, WallTime now) {
  if (const auto age = read_age(text)) return time_text(now - *age);
  std::string time(text.substr(0, text.ends_with('Z') ? text.size() - 1 : text.size()));
  if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
  if (is_begun_time(time)) return time;
  return complain(
      "is no time: write it like 2026-11-22 or 2026-11-22T08:00:00Z (UTC), or how long ago, like 90m, 24h or 7d");
}

}  // namespace shirgate
