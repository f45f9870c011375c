// [[runtime]] and [[allow]]: who may reach what.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "config/table_reader.hpp"
#include "policy/adf/catalogue.hpp"
#include "policy/policy.hpp"

namespace shirgate {

/// Reads every [[runtime]] and [[allow]] into `config.policy` and `config.factories`; `config.catalogue` must be set.
/// They are only meaningful when no mistake was noted.
void load_policy(TableReader& file, Time now, Config& config);

/// What the tables add up to while they are read.
struct PolicyDraft {
  const adf::Catalogue& catalogue;
  Time now;
  MistakeList& mistakes;
  std::vector<Runtime> runtimes{};
  std::vector<Rule> rules{};
  std::vector<adf::Factory> factories{};
  std::set<Name> names{};  ///< of the rules

  /// More in one file is a mistake, not a policy; and each is judged against others while it is read.
  static constexpr std::size_t most_rules = 100'000;
  /// False, and nothing added, where the name is taken or there are too many.
  [[nodiscard]] bool add(Rule rule);
};

/// One [[runtime]]: adds it, its factory and the rules derived for that.
void read_runtime(const toml::table& table, PolicyDraft& draft);

/// One [[allow]]: adds a rule for each of its hosts on each of its ports.
void read_allow(const toml::table& table, PolicyDraft& draft);

/// `mode` and `report_until` of a [[runtime]]: nothing where it enforces.
[[nodiscard]] std::optional<Reporting> read_reporting(TableReader& runtime, Time now);

}  // namespace shirgate
