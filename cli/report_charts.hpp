// What the report's page draws.
#pragma once

#include <string>
#include <vector>

#include "cli/findings.hpp"

namespace shirgate {

/// The channels that moved most. The report has at least one.
[[nodiscard]] std::string bytes_by_channel(const Report& report);
/// Opened and refused, by hours or days; empty where nothing was.
[[nodiscard]] std::string tunnels_over_time(const Report& report);
/// The targets that were refused most. There is at least one.
[[nodiscard]] std::string refusals_by_host(const std::vector<Attempt>& unlisted);

}  // namespace shirgate
