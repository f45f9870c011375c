// Settings that hold for as long as the gate runs.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace shirgate {

/// The first of them that differs, as the configuration calls it, or empty.
[[nodiscard]] std::string fixed_difference(const Settings& now, const Settings& next);

}  // namespace shirgate
