// A catalogue carries its own tests: inputs with what they derive, and attempts that must be refused.
#pragma once

#include <string>
#include <vector>

#include "policy/adf/catalogue.hpp"

namespace shirgate::adf {

/// What the examples derive differently than they say, one sentence each; empty for a sound catalogue.
[[nodiscard]] std::vector<std::string> failing_examples(const Catalogue& catalogue);

/// The attempts that are not refused for the reason that stands beside them.
[[nodiscard]] std::vector<std::string> failing_negatives(const Catalogue& catalogue);

}  // namespace shirgate::adf
