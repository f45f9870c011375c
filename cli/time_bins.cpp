#include "cli/time_bins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "audit/log_time.hpp"
#include "policy/date.hpp"

namespace shirgate {
namespace {

/// "2026-11-22T02", of a time that was read, as hours since 1970.
std::int64_t index_of(std::string_view hour) {
  const auto time = parse_log_time(fmt::format("{}:00:00.000Z", hour)).value_or(LogTime());
  return std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count();
}

/// Rounded down before 1970 too.
std::int64_t bin_of(std::int64_t hour, std::int64_t hours_each) {
  return hours_each == 1 ? hour : std::chrono::floor<std::chrono::days>(std::chrono::hours(hour)).count();
}

std::string label_of(std::int64_t index, std::int64_t hours_each) {
  const auto hour = index * hours_each;
  const auto day = bin_of(hour, 24);
  const auto date = date_text(std::chrono::sys_days(std::chrono::days(day)));
  return hours_each == 24 ? date : fmt::format("{} {:02}:00", date, hour - day * 24);
}

}  // namespace

std::vector<TimeBin> time_bins(const std::map<std::string, Report::Hour>& hours, std::size_t most) {
  if (hours.empty()) return {};
  const auto limit = static_cast<std::int64_t>(most);
  const auto first_hour = index_of(hours.begin()->first);
  const auto last_hour = index_of(hours.rbegin()->first);
  const std::int64_t hours_each = last_hour - first_hour < limit ? 1 : 24;
  const auto last = bin_of(last_hour, hours_each);
  const auto first = std::max(bin_of(first_hour, hours_each), last - limit + 1);
  std::vector<TimeBin> bins;
  for (auto index = first; index <= last; ++index) bins.push_back({label_of(index, hours_each), {}});
  for (const auto& [hour, what] : hours) {
    const auto index = bin_of(index_of(hour), hours_each);
    if (index < first) continue;
    auto& bin = bins[static_cast<std::size_t>(index - first)].hour;
    bin.tunnels += what.tunnels;
    bin.refused += what.refused;
  }
  return bins;
}

}  // namespace shirgate
