// Programs of the system: where they are, and what those say that the lab runs for a moment (ip, nft).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/checked.hpp"

namespace shirgate::lab {

/// Whether it is a file that may be run.
[[nodiscard]] bool is_program(const std::string& path);

/// Its path: of $PATH, or of the places for administrators, /usr/sbin and /sbin, which an ordinary user's $PATH leaves
/// out.
[[nodiscard]] std::optional<std::string> find_tool(std::string_view name);

/// Runs it where the calling thread is, with `input` as its standard input. What it printed, or one sentence with its
/// own words where it is missing, fails or takes longer than ten seconds.
[[nodiscard]] Checked<std::string> run_tool(std::vector<std::string> command, std::string_view input = {});

}  // namespace shirgate::lab
