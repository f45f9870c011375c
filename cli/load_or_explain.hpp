// Loading a configuration for a command: the configuration, or its mistakes on standard error.
#pragma once

#include <optional>
#include <string>

#include "config/load.hpp"

namespace shirgate {

/// Prints every mistake as "file:line: what to write instead" and returns nothing when there are any.
[[nodiscard]] std::optional<Config> load_or_explain(const std::string& path);

}  // namespace shirgate
