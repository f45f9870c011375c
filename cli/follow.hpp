// Refusals and openings as they come.
#pragma once

#include <string>
#include <vector>

#include "audit/log_filter.hpp"
#include "audit/log_line.hpp"
#include "cli/terminal_text.hpp"

namespace shirgate {

/// One line for an opening or a refusal, with a line end; empty for every other event.
[[nodiscard]] std::string follow_line(const LogLine& event, const Paint& paint);

/// Prints them until the process is ended. With a `since`, from there on; otherwise from now on. Only returns where a
/// log can't be followed, with the exit code.
[[nodiscard]] int follow(const std::vector<std::string>& directories, const LogFilter& filter);

}  // namespace shirgate
