#include "config/load_policy.hpp"

namespace shirgate {

std::shared_ptr<const Policy> load_policy(TableReader& file) {
  std::vector<Runtime> runtimes;
  std::vector<Rule> rules;
  for (const auto* table : file.tables("runtime")) read_runtime(*table, file.mistakes(), runtimes, rules);
  for (const auto* table : file.tables("allow")) read_allow(*table, file.mistakes(), runtimes, rules);
  return std::make_shared<const Policy>(std::move(runtimes), std::move(rules));
}

}  // namespace shirgate
