// [[runtime]] and [[allow]]: who may reach what.
#pragma once

#include <memory>

#include "config/table_reader.hpp"
#include "policy/policy.hpp"

namespace shirgate {

/// Reads every [[runtime]] and [[allow]] of the file. The policy is only meaningful when no mistake was noted.
[[nodiscard]] std::shared_ptr<const Policy> load_policy(TableReader& file);

/// One [[runtime]]: adds it and the rules derived for its factory.
void read_runtime(const toml::table& table, MistakeList& mistakes, std::vector<Runtime>& runtimes,
                  std::vector<Rule>& rules);

/// One [[allow]]: adds a rule for each of its hosts on each of its ports.
void read_allow(const toml::table& table, MistakeList& mistakes, const std::vector<Runtime>& runtimes,
                std::vector<Rule>& rules);

}  // namespace shirgate
