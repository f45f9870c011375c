// The scenarios that travel inside the program: lab/scenarios/*.toml, byte for byte.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/scenario.hpp"

namespace shirgate::lab {

struct BuiltinScenario {
  std::string_view name;
  std::string_view text;
};

/// By name.
[[nodiscard]] std::span<const BuiltinScenario> builtin_scenarios();

/// Throws std::logic_error where a scenario can't be read: they are compiled in and tested.
[[nodiscard]] Scenario load_builtin(const BuiltinScenario& scenario);

/// A built-in scenario by its name, or a file where the word has a '/' or ends in ".toml".
[[nodiscard]] ScenarioResult find_scenario(const std::string& word);

}  // namespace shirgate::lab
