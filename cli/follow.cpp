#include "cli/follow.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <thread>

#include "audit/log_follower.hpp"
#include "audit/report.hpp"
#include "cli/commands.hpp"
#include "cli/report_formats.hpp"

namespace shirgate {
namespace {

constexpr auto between_looks = std::chrono::milliseconds(200);

/// Where it goes by which rule, or why not.
std::string why(const LogLine& event) {
  if (event.action != Action::open) return std::string(event.reason);
  auto text = fmt::format("{} by {}", event.channel.empty() ? "-" : event.channel,
                          event.rule.empty() ? "report mode" : event.rule);
  if (!event.would_deny.empty()) text += fmt::format(", would be {}", event.would_deny);
  if (event.first_use) text += ", first use";
  return text;
}

}  // namespace

std::string follow_line(const LogLine& event, const Paint& paint) {
  if (event.action != Action::open && !event.is_refusal()) return {};
  const auto target = target_of(event);
  const auto rest = printable(fmt::format("{}  {}  {}{}", event.client.empty() ? "-" : event.client,
                                          target.empty() ? "(nothing readable)" : target, why(event),
                                          event.count > 1 ? fmt::format(" ({} times)", event.count) : ""));
  const auto word = event.action == Action::open     ? std::string("opened ")
                    : event.action == Action::denied ? paint.alarm("refused")
                                                     : paint.heading("failed ");
  return fmt::format("{}  {}  {}\n", short_time(event.time), word, rest);
}

int follow(const std::vector<std::string>& directories, const LogFilter& filter) {
  std::vector<LogFollower> followers;
  for (const auto& directory : directories) {
    auto follower =
        LogFollower::open(directory, filter.since.empty() ? LogFollower::From::end : LogFollower::From::beginning);
    if (follower.has_error()) {
      fmt::print(stderr, "{}\n", follower.error().text());
      return exit_bad_input;
    }
    followers.push_back(*std::move(follower));
  }
  const Paint paint(wants_colour());
  for (;;) {
    bool any = false;
    for (auto& follower : followers)
      any = follower.poll([&](const LogLine& event) {
        if (filter.takes(event)) fmt::print("{}", follow_line(event, paint));
      }) || any;
    std::fflush(stdout);
    if (!any) std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace shirgate
