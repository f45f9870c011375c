#include "cli/time_bins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>

#include "policy/date.hpp"

namespace shirgate {
namespace {

/// "2026-11-22T02" as hours since 1970.
std::int64_t index_of(std::string_view hour) {
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    std::from_chars(hour.data() + at, hour.data() + at + size, value);
    return value;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  return std::int64_t{std::chrono::sys_days(day).time_since_epoch().count()} * 24 + number(11, 2);
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
  // Of the times, not of their texts: what is no hour of a day sorts otherwise.
  auto first_hour = std::numeric_limits<std::int64_t>::max();
  auto last_hour = std::numeric_limits<std::int64_t>::min();
  for (const auto& [hour, what] : hours) {
    first_hour = std::min(first_hour, index_of(hour));
    last_hour = std::max(last_hour, index_of(hour));
  }
  const std::int64_t hours_each = last_hour - first_hour < limit ? 1 : 24;
  const auto last = bin_of(last_hour, hours_each);
  const auto first = std::max(bin_of(first_hour, hours_each), last - limit + 1);
  std::vector<TimeBin> bins;
  for (auto index = first; index <= last; ++index) bins.push_back({label_of(index, hours_each), {}});
  for (const auto& [hour, what] : hours) {
    const auto index = bin_of(index_of(hour), hours_each);
    if (index < first || index > last) continue;
    auto& bin = bins[static_cast<std::size_t>(index - first)].hour;
    bin.tunnels += what.tunnels;
    bin.refused += what.refused;
  }
  return bins;
}

}  // namespace shirgate
