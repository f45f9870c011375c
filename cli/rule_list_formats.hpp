// What `rules --format` may say, one table: the command line's words, its help and its answers all come from it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/load.hpp"
#include "policy/checked.hpp"

namespace shirgate {

struct RuleFormat {
  /// `gate`: where clients reach the gate, for firewalls; see firewall_model.hpp.
  using Text = Checked<std::string> (*)(const Config& config, std::span<const Address> gate, Time now);
  std::string_view word;
  Text text;
  std::string_view meaning;
};

[[nodiscard]] std::span<const RuleFormat> rule_formats();
/// Null where there is no such format.
[[nodiscard]] const RuleFormat* find_rule_format(std::string_view word);

}  // namespace shirgate
