#include "cli/time_bins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "policy/date.hpp"

namespace shirgate {
namespace {

/// "2026-11-22T02" as hours since 1970; lines have no other form.
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

std::string label_of(std::int64_t index, std::int64_t hours_each) {
  const auto hour = index * hours_each;
  const auto day = date_text(std::chrono::sys_days(std::chrono::days(hour / 24)));
  return hours_each == 24 ? day : fmt::format("{} {:02}:00", day, hour % 24);
}

}  // namespace

std::vector<TimeBin> time_bins(const std::map<std::string, Report::Hour>& hours, std::size_t most) {
  if (hours.empty()) return {};
  const auto limit = static_cast<std::int64_t>(most);
  const auto last_hour = index_of(hours.rbegin()->first);
  const std::int64_t hours_each = last_hour - index_of(hours.begin()->first) < limit ? 1 : 24;
  const auto last = last_hour / hours_each;
  const auto first = std::max(index_of(hours.begin()->first) / hours_each, last - limit + 1);
  std::vector<TimeBin> bins;
  for (auto index = first; index <= last; ++index) bins.push_back({label_of(index, hours_each), {}});
  for (const auto& [hour, what] : hours) {
    const auto index = index_of(hour) / hours_each;
    if (index < first) continue;
    auto& bin = bins[static_cast<std::size_t>(index - first)].hour;
    bin.tunnels += what.tunnels;
    bin.refused += what.refused;
  }
  return bins;
}

}  // namespace shirgate
