// What to write so that a target that no rule lists would pass, and what to think of first.
#pragma once

#include <string>

#include "config/load.hpp"
#include "policy/resemblance.hpp"

namespace shirgate {

struct Remedy {
  std::string setting{};   ///< lines for the [[runtime]], with what its lists hold already; empty where none would do
  std::string replaces{};  ///< one sentence: what of the [[runtime]] the setting would change; empty if nothing
  std::string allow{};     ///< an [[allow]] with words to fill in; empty where an [[allow]] would not help either
  std::string caution{};   ///< one sentence to read before opening it; empty if there is nothing to fear
};

/// `factory` null: the runtime is not one of a data factory. `likeness` is of `target`.
[[nodiscard]] Remedy remedy_for(const adf::Factory* factory, Name runtime, const Target& target,
                                const Resemblance& likeness);

}  // namespace shirgate
