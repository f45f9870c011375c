#include "audit/log_time.hpp"

#include <algorithm>

namespace shirgate {

std::optional<LogTime> parse_log_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd.dddZ";
  const bool fits = std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                               [](char c, char wanted) { return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted; });
  if (!fits) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  const std::chrono::hours hours(number(11, 2));
  const std::chrono::minutes minutes(number(14, 2));
  const std::chrono::seconds seconds(number(17, 2));
  if (!day.ok() || hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) return std::nullopt;
  return std::chrono::sys_days(day) + hours + minutes + seconds + std::chrono::milliseconds(number(20, 3));
}

}  // namespace shirgate
