// What the commands that read audit logs have in common: which directories, which part of them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/log_filter.hpp"
#include "audit/log_reader.hpp"

namespace shirgate {

struct LogOptions {
  std::vector<std::string> directories;
  std::string since;
  std::string until;
  std::string runtime;
  std::string channel;
};

/// The directories and --since, --until, --runtime, --channel.
void add_log_options(CLI::App& command, LogOptions& options);

/// The filter they ask for; nothing, with the reason on standard error, when they can't be understood.
[[nodiscard]] std::optional<LogFilter> filter_or_explain(const LogOptions& options);

/// Gives the directories to the reader; false, with the reason on standard error, when one holds no log.
[[nodiscard]] bool add_or_explain(LogReader& reader, const LogOptions& options);

/// Says on standard error what could not be read, and the exit code it comes to.
[[nodiscard]] int tell_troubles(const LogTroubles& troubles);

}  // namespace shirgate
