#include <fmt/format.h>

#include <algorithm>

#include "cli/firewall_text.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

using Model = FirewallModel;

// Free text stands in line comments only, printable, so that it can't end one.
constexpr std::string_view head = R"(<#
.SYNOPSIS
  Closes a SHIR host: outbound traffic is blocked unless it goes to the gate. Made by shirgate.
.DESCRIPTION
  Run on each SHIR host, first with -WhatIf. Running it again replaces its own rules and no others.
  The way back:
    Set-NetFirewallProfile -Profile Domain,Private,Public -DefaultOutboundAction Allow
    Remove-NetFirewallRule -Group shirgate
    Get-Content C:\ProgramData\shirgate-disabled-rules.txt | ForEach-Object { Enable-NetFirewallRule -Name $_ }
  Windows brings outbound allow rules of its own, and each of them stays a way out. The script lists them;
  -DisableOtherRules turns them off and writes their names to that file. Rules of a group policy are not touched.
#>
#Requires -RunAsAdministrator
[CmdletBinding(SupportsShouldProcess)]
param([switch] $DisableOtherRules)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$group = 'shirgate'
$disabledList = 'C:\ProgramData\shirgate-disabled-rules.txt'

)";

constexpr std::string_view begin_rules = R"(
Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue | Remove-NetFirewallRule

# The one way out.
)";

constexpr std::string_view dhcp = R"(
# DHCP, without which the host loses its address. Remove both where addresses are fixed.
New-NetFirewallRule -DisplayName 'shirgate: DHCP' -Group $group -Direction Outbound -Action Allow -Profile Any `
  -Protocol UDP -LocalPort 68 -RemotePort 67 -Service Dhcp | Out-Null
New-NetFirewallRule -DisplayName 'shirgate: DHCPv6' -Group $group -Direction Outbound -Action Allow -Profile Any `
  -Protocol UDP -LocalPort 546 -RemotePort 547 -Service Dhcp | Out-Null
)";

constexpr std::string_view tail = R"ps(
$others = @(Get-NetFirewallRule -PolicyStore PersistentStore -Direction Outbound -Action Allow -Enabled True |
    Where-Object { $_.Group -ne $group })
Write-Output "$($others.Count) other outbound allow rules are on:"
$others | Sort-Object DisplayName | ForEach-Object { "  $($_.DisplayName)" }
if ($DisableOtherRules -and $PSCmdlet.ShouldProcess("$($others.Count) rules", 'disable')) {
  $others | ForEach-Object { $_.Name } | Add-Content -Path $disabledList
  $others | Disable-NetFirewallRule
}

# Last, so that a mistake above leaves the host reachable. What gets blocked is written to
# %SystemRoot%\System32\LogFiles\Firewall\pfirewall.log.
Set-NetFirewallProfile -Profile Domain, Private, Public -DefaultOutboundAction Block `
  -LogBlocked True -LogMaxSizeKilobytes 16384
)ps";

std::string upper(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

/// 53 or 88,135,'3268-3269': bare numbers, ranges in quotes.
std::string ports_literal(std::string_view ports) {
  std::string text;
  while (!ports.empty()) {
    const auto comma = ports.find(", ");
    const auto port = ports.substr(0, comma);
    const auto literal = port.find('-') == std::string_view::npos ? std::string(port) : powershell_quoted(port);
    text += (text.empty() ? "" : ",") + literal;
    ports = comma == std::string_view::npos ? std::string_view() : ports.substr(comma + 2);
  }
  return text;
}

std::string allow(std::string_view name, std::string_view protocol, std::string_view address, std::string_view ports) {
  return fmt::format(
      "New-NetFirewallRule -DisplayName {} -Group $group -Direction Outbound -Action Allow -Profile Any "
      "-Protocol {} -RemoteAddress {} -RemotePort {} | Out-Null\n",
      powershell_quoted(fmt::format("shirgate: {}", name)), upper(protocol), powershell_quoted(address),
      ports_literal(ports));
}

std::string comment(std::string_view text) { return fmt::format("# {}\n", printable(text)); }

std::string hosts_meant(const Model& model) {
  std::string text;
  for (const auto& clients : model.clients) {
    std::string ranges;
    for (const auto& range : clients.ranges) ranges += ' ' + to_string(range);
    text += comment(
        clients.kind == RuntimeKind::shir
            ? fmt::format("For the hosts of runtime {}:{}", clients.runtime.text(), ranges)
            : fmt::format("Not for the clients of {}:{}; people use browsers there", clients.runtime.text(), ranges));
  }
  for (const auto& note : model.notes) text += comment("Note: " + note);
  return text;
}

std::string neighbours(const Model& model) {
  auto text = "\n" + comment(
                         "Neighbours, for you to decide: put in the addresses and take the # away from what the "
                         "host needs.");
  for (const auto& one : model.neighbours) {
    text += comment(fmt::format("{}: {}", one.word, one.meaning));
    text += "# " + allow(one.word, one.protocol, one.to, one.ports);
  }
  return text;
}

std::string never_through_the_gate(const Model& model) {
  if (model.direct.empty()) return "";
  auto text = "\n" + comment("Never through a proxy, for you to decide.");
  for (const auto& need : model.direct) {
    text += comment(fmt::format("{} for {}: {}", need.host, need.runtime.text(), need.why));
    const auto place =
        need.service_tag.empty() ? std::string("ADDRESSES") : fmt::format("ADDRESSES_OF_{}", need.service_tag);
    text += "# " + allow(need.row->channel, "tcp", place, adf::to_string(need.row->ports));
  }
  return text;
}

}  // namespace

std::string powershell_quoted(std::string_view text) {
  // PowerShell takes ‘ ’ ‚ ‛ for a single quote as well; printable() leaves only the plain one.
  std::string quoted = "'";
  for (const char c : printable(text)) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + '\'';
}

Checked<std::string> windows_firewall_text(const FirewallModel& model) {
  std::string text(head);
  text += hosts_meant(model);
  text += begin_rules;
  for (const auto& endpoint : model.gate)
    text += allow("gate " + to_string(endpoint), "tcp", to_string(endpoint.address), std::to_string(endpoint.port));
  text += dhcp;
  text += neighbours(model);
  text += never_through_the_gate(model);
  text += tail;
  return text;
}

}  // namespace shirgate
