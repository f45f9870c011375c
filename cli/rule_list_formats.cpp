#include "cli/rule_list_formats.hpp"

#include <algorithm>
#include <array>

#include "cli/firewall_text.hpp"
#include "cli/rule_list_text.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

using Gate = std::span<const Address>;

template <std::string (*write)(const std::vector<ListedRuntime>&)>
Checked<std::string> listed(const Config& config, Gate /*unused*/, Time now) {
  return write(list_rules(config, now));
}

std::string as_wide_as_the_terminal(const std::vector<ListedRuntime>& list) {
  return rules_as_table(list, terminal_width());
}

template <Checked<std::string> (*write)(const FirewallModel&)>
Checked<std::string> for_firewall(const Config& config, Gate gate, Time now) {
  const auto model = firewall_model(config, gate, now);
  if (model.has_error()) return model.error();
  return write(*model);
}

constexpr std::array table{
    RuleFormat{"table", listed<as_wide_as_the_terminal>, "for people"},
    RuleFormat{"json", listed<rules_as_json>, "one object: runtimes, rules and what is not carried"},
    RuleFormat{"csv", listed<rules_as_csv>, "for spreadsheets"},
    RuleFormat{"markdown", listed<rules_as_markdown>, "for change requests and wikis"},
    RuleFormat{"azure-firewall", for_firewall<azure_firewall_text>,
               "an ARM template: rules by name for a firewall policy"},
    RuleFormat{"nsg", for_firewall<nsg_text>, "an ARM template: security groups of SHIR's subnet and the gate's"},
    RuleFormat{"windows-firewall", for_firewall<windows_firewall_text>, "a PowerShell script for the SHIR hosts"},
    RuleFormat{"nftables", for_firewall<nftables_text>, "a script for a Linux gate host that also routes"},
};

}  // namespace

std::span<const RuleFormat> rule_formats() { return table; }

const RuleFormat* find_rule_format(std::string_view word) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const RuleFormat& format) { return format.word == word; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace shirgate
