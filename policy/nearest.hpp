// What was probably meant by a word that is not known.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace shirgate {

/// The candidate that differs least from `text`, if any is close enough to be meant.
[[nodiscard]] std::optional<std::string> nearest(std::string_view text,
                                                 const std::set<std::string, std::less<>>& candidates);

}  // namespace shirgate
