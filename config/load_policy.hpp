// [[runtime]] and [[allow]]: who may reach what.
#pragma once

#include <memory>

#include "config/table_reader.hpp"
#include "policy/policy.hpp"

namespace shirgate {

/// Reads every [[runtime]] and [[allow]] of the file. The policy is only meaningful when no mistake was noted.
[[nodiscard]] std::shared_ptr<const Policy> load_policy(TableReader& file);

}  // namespace shirgate
