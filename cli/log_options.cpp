#include "cli/log_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/terminal_text.hpp"

namespace shirgate {
namespace {

/// False where it is no time; an empty text stays empty.
bool read_or_explain(std::string_view option, const std::string& text, std::string& into) {
  if (text.empty()) return true;
  const auto time = read_time(text, std::chrono::system_clock::now());
  if (time.has_error()) {
    fmt::print(stderr, "{} '{}' {}\n", option, printable(text), time.error().text());
    return false;
  }
  into = *time;
  return true;
}

}  // namespace

void add_log_options(CLI::App& command, LogOptions& options) {
  command.add_option("directory", options.directories, "Audit directories")->required();
  command.add_option("--since", options.since,
                     "Leave out what is older: 2026-11-22, 2026-11-22T08:00:00Z (UTC), or 90m, 24h, 7d ago");
  command.add_option("--until", options.until, "Leave out what is newer; a day counts to its end");
  command.add_option("--runtime", options.runtime, "Only this [[runtime]]");
  command.add_option("--channel", options.channel, "Only this channel; what no rule lists has none");
}

std::optional<LogFilter> filter_or_explain(const LogOptions& options) {
  LogFilter filter{.runtime = options.runtime, .channel = options.channel};
  if (!read_or_explain("--since", options.since, filter.since) ||
      !read_or_explain("--until", options.until, filter.until))
    return std::nullopt;
  return filter;
}

bool add_or_explain(LogReader& reader, const LogOptions& options) {
  for (const auto& directory : options.directories) {
    const auto added = reader.add_directory(directory);
    if (added.has_value()) continue;
    fmt::print(stderr, "{}\n", added.error().text());
    return false;
  }
  return true;
}

int tell_troubles(const LogTroubles& troubles) {
  for (const auto& broken : troubles.broken) fmt::print(stderr, "{}\n", broken);
  if (troubles.unreadable_count > 0)
    fmt::print(stderr, "lines that are no events: {}{}\n", fmt::join(troubles.unreadable, ", "),
               troubles.unreadable_count > troubles.unreadable.size()
                   ? fmt::format(" and {} more", troubles.unreadable_count - troubles.unreadable.size())
                   : "");
  return troubles.any() ? exit_no : exit_yes;
}

}  // namespace shirgate
