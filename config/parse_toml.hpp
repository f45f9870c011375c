// Text to a TOML table, or the one mistake that keeps it from being one.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string_view>

#include "config/table_reader.hpp"

namespace shirgate {

/// Nothing, with a mistake noted, for what is no TOML or what toml++ must not see (unfit_for_toml.hpp).
[[nodiscard]] std::optional<toml::table> parse_toml(std::string_view text, MistakeList& mistakes);

}  // namespace shirgate
