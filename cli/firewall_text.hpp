// The firewall model in four languages. Each quotes what it prints for its language: a ticket is free text, and none
// can become a rule. A complaint says what the language can't express at all; what it can't express in part is left out
// and named in the text.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/firewall_model.hpp"

namespace shirgate {

/// An ARM template with one rule collection group for an existing Azure Firewall policy.
[[nodiscard]] Checked<std::string> azure_firewall_text(const FirewallModel& model);
/// An ARM template with the network security groups of SHIR's subnet and of the gate's.
[[nodiscard]] Checked<std::string> nsg_text(const FirewallModel& model);
/// A PowerShell script for the SHIR hosts.
[[nodiscard]] Checked<std::string> windows_firewall_text(const FirewallModel& model);
/// A script for a Linux gate host that also routes.
[[nodiscard]] Checked<std::string> nftables_text(const FirewallModel& model);

/// A PowerShell literal: nothing in it expands, and no quote, typographic ones included, ends it.
[[nodiscard]] std::string powershell_quoted(std::string_view text);

/// What the nftables script never lets the gate dial on the ports of its rules, their private ranges apart.
[[nodiscard]] std::span<const std::string_view> never_dialled_v4();
[[nodiscard]] std::span<const std::string_view> never_dialled_v6();

}  // namespace shirgate
