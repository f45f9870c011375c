// Observations as they are when nothing is wrong, one for each way an attempt can end, and a log to go with them.
#pragma once

#include <string>
#include <string_view>

#include "lab/expectation.hpp"

namespace shirgate::lab {

inline constexpr std::string_view listed = "a listed channel";
inline constexpr std::string_view unlisted = "an unlisted host";
inline constexpr std::string_view imds = "an address";
inline constexpr std::string_view cut = "another SNI";

/// Throws std::invalid_argument when it is no JSON object.
[[nodiscard]] AuditLine line(std::string_view text);

/// The observation of that name, one of the above.
[[nodiscard]] Observation flawless(std::string_view name);

[[nodiscard]] AuditLog flawless_log();

/// "about: claim; found: …" of every expectation that did not hold, one a line.
[[nodiscard]] std::string broken_lines(const std::vector<Expectation>& expectations);

}  // namespace shirgate::lab
