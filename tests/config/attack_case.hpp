// Rows of tests/corpus/attack_cases.jsonl about configurations and wildcards. The corpus writes its policies in a
// schema of its own, for illustration; here they become ours.
#pragma once

#include <string>
#include <vector>

namespace shirgate::test {

struct AttackCase {
  std::string id;
  std::string component;
  std::string policy;   ///< the corpus's text; empty for a scenario
  std::string then;     ///< "CONNECT host:port" or empty
  std::string verdict;  ///< load, reject_config, allow, deny, survive
  std::string reason;   ///< the corpus's own code
};

void PrintTo(const AttackCase& item, std::ostream* out);

/// Every row of those two components, in the order of the file.
[[nodiscard]] const std::vector<AttackCase>& attack_cases();

/// The row of that id; throws std::out_of_range where there is none.
[[nodiscard]] const AttackCase& attack_case(std::string_view id);

/// The same policy as a configuration of ours: runtime "prod" at 10.20.0.21, each [[rule]] as an [[allow]] for it.
///   id -> channel, addr -> addresses, mode -> [[runtime]] mode with an end, everything else under its own key
/// Dropped are schema = 1, which is understood, proto where it says what the port means anyhow, and rules for plain
/// HTTP, which this gate does not forward. Lines that are no keys stay as they are, in front.
[[nodiscard]] std::string as_our_configuration(const std::string& policy);

}  // namespace shirgate::test
