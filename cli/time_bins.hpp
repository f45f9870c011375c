// The hours of a report as a chart can show them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/report.hpp"

namespace shirgate {

struct TimeBin {
  std::string label;  ///< "2026-11-22 02:00" or "2026-11-22"
  Report::Hour hour;
};

/// Equal lengths of time without gaps, hours or days, at most `most` of them: the latest where there would be more.
[[nodiscard]] std::vector<TimeBin> time_bins(const std::map<std::string, Report::Hour>& hours, std::size_t most);

}  // namespace shirgate
