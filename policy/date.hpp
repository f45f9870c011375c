// A day, as configurations and people write it.
#pragma once

#include <chrono>
#include <string>

namespace shirgate {

/// "2027-01-31"
[[nodiscard]] std::string date_text(std::chrono::sys_days day);

}  // namespace shirgate
