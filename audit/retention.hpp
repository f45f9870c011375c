// Which old segments have had their time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/event.hpp"
#include "audit/journal_settings.hpp"

namespace shirgate {

struct Outdated {
  std::vector<std::string> paths{};  ///< oldest first, in every form there is
  std::uint64_t through = 0;         ///< the number of the last line in them
  std::string hash{};                ///< and its hash
};

/// Of the segments before `current`. Nothing where nothing may go.
[[nodiscard]] std::optional<Outdated> outdated_segments(const std::string& directory, const Retention& retention,
                                                        std::uint64_t shipped_up_to, std::uint64_t current,
                                                        WallTime now);

}  // namespace shirgate
