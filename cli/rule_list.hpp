// What a configuration comes to: every rule of the gate with where it came from, and apart from the rules what the
// factories need that the gate does not carry. A value made from a configuration; how it is written is
// rule_list_text.hpp's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "policy/adf/derive.hpp"

namespace shirgate {

struct ListedRule {
  const Rule* rule = nullptr;
  const adf::CatalogueRow* row = nullptr;  ///< null for a rule written by hand
  bool only_reported = false;              ///< refusals on its channel are recorded instead of carried out
  bool expired = false;
};

/// One runtime with what it may and what it needs. Points into the configuration it was made from.
struct ListedRuntime {
  const Runtime* runtime = nullptr;
  const adf::Catalogue* catalogue = nullptr;
  bool reports = false;  ///< report mode is in force, for the whole runtime or for some channels
  std::vector<ListedRule> rules{};
  std::vector<adf::Need> not_carried{};  ///< no rules of the gate: see word_for and why_not_carried
};

/// The runtimes in the order of the configuration.
[[nodiscard]] std::vector<ListedRuntime> list_rules(const Config& config, Time now);

/// "gate", "firewall" or "not served".
[[nodiscard]] std::string_view word_for(adf::Carrier carrier);
/// "2027-01-31"; empty without a last day.
[[nodiscard]] std::string to_text(const std::optional<std::chrono::sys_days>& day);
/// "public", or the ranges with blanks between them.
[[nodiscard]] std::string must_resolve_to(const Rule& rule);
/// Which refusals are only reported and until when, as one clause: "reports everything until 2027-01-31".
[[nodiscard]] std::string report_clause(const Reporting& reporting);

}  // namespace shirgate
