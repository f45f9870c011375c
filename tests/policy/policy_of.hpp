// Small policies for tests, written in one line.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "policy/policy.hpp"

namespace shirgate::test {

inline Host host(std::string_view text) { return *parse_host(text); }

/// A rule that is named after what it lists, as config/ does it.
inline Rule rule(std::string_view runtime, std::string_view channel, std::string_view pattern,
                 std::uint16_t port = 443) {
  return {.name = Name(fmt::format("{}/{}/{}:{}", runtime, channel, pattern, port)),
          .runtime = Name(runtime),
          .channel = Name(channel),
          .pattern = *parse_pattern(pattern),
          .port = port};
}

inline Runtime runtime(std::string_view name, std::vector<std::string_view> clients) {
  Runtime result{.name = Name(name), .clients = {}};
  for (const auto text : clients) result.clients.push_back(*parse_range(text));
  return result;
}

inline Asked asked(std::string_view target, std::optional<Protocol> protocol = std::nullopt) {
  return {.target = *parse_target(target), .protocol = protocol};
}

/// Noon, UTC.
inline Time noon(int year, unsigned month, unsigned day) {
  const auto date = std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day);
  return std::chrono::sys_days(date) + std::chrono::hours(12);
}

inline const Time today = noon(2026, 11, 22);

}  // namespace shirgate::test
