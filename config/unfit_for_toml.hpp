// What must not reach toml++ 3.3, because it stops the process or worse instead of saying what is wrong. Found by
// fuzzing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace shirgate {

struct UnfitLine {
  std::uint32_t line;
  std::string_view text;  ///< what is wrong with it
};

/// The first line with a table header that names nothing, or with a byte outside ASCII before its comment. A byte order
/// mark in front of everything is fit.
[[nodiscard]] std::optional<UnfitLine> unfit_for_toml(std::string_view text);

}  // namespace shirgate
