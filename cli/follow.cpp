#include "cli/follow.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <thread>

#include "audit/chain.hpp"
#include "audit/line.hpp"
#include "audit/report.hpp"
#include "audit/segment.hpp"
#include "audit/segment_reader.hpp"
#include "audit/sinks/follower.hpp"
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

/// Behind the last whole line that is there.
Cursor end_of(const std::string& directory) {
  const auto paths = segments_of(directory);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    auto reader = SegmentReader::open(*path);
    if (reader.has_error()) continue;
    std::string last;
    while (const auto line = reader->next()) last = line->text;
    if (const auto front = read_line_front(last)) return {front->seq, hash_of_line(last)};
  }
  return {};
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
  std::vector<Follower> followers;
  for (const auto& directory : directories) {
    auto& follower = followers.emplace_back(directory, [](std::string_view what) { fmt::print(stderr, "{}\n", what); });
    const auto there = follower.go_to(filter.since.empty() ? end_of(directory) : Cursor{});
    if (there.has_value()) continue;
    fmt::print(stderr, "{}\n", there.error().text());
    return exit_bad_input;
  }
  const Paint paint(wants_colour());
  LogLineParser parser;
  for (;;) {
    bool any = false;
    for (auto& follower : followers)
      while (const auto line = follower.next()) {
        any = true;
        const auto* event = parser.parse(line->text);
        if (event != nullptr && filter.takes(*event)) fmt::print("{}", follow_line(*event, paint));
      }
    std::fflush(stdout);
    if (!any) std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace shirgate
