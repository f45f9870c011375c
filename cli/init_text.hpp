// The commented configuration that `shirgate init` writes.
#pragma once

#include <string>

#include "cli/init_answers.hpp"

namespace shirgate {

/// Completed answers as TOML. What somebody said, and what must stand, is written; every other key is a comment with
/// its default and meaning, such that taking the "# " away gives a line of its table.
[[nodiscard]] std::string init_text(const InitAnswers& answers);

}  // namespace shirgate
