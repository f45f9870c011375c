#include "lab/builtin_scenarios.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "policy/nearest.hpp"

namespace shirgate::lab {
namespace {

Mistakes unknown(const std::string& word) {
  std::set<std::string, std::less<>> names;
  for (const auto& one : builtin_scenarios()) names.emplace(one.name);
  const auto meant = nearest(word, names);
  const auto hint =
      meant ? fmt::format("did you mean '{}'?", *meant)
            : std::string("'shirgate lab list' names them; a file is written with its folder, like ./mine.toml");
  return {{"lab", 0, fmt::format("there is no scenario '{}'; {}", word, hint)}};
}

}  // namespace

Scenario load_builtin(const BuiltinScenario& scenario) {
  auto loaded = load_scenario(scenario.text, fmt::format("{}.toml", scenario.name));
  if (loaded.has_error()) throw std::logic_error(to_string(loaded.error().front()));
  return *std::move(loaded);
}

ScenarioResult find_scenario(const std::string& word) {
  if (word.find('/') != std::string::npos || word.ends_with(".toml")) return load_scenario_file(word);
  const auto all = builtin_scenarios();
  const auto found = std::find_if(all.begin(), all.end(), [&](const BuiltinScenario& one) { return one.name == word; });
  if (found == all.end()) return unknown(word);
  return load_builtin(*found);
}

}  // namespace shirgate::lab
