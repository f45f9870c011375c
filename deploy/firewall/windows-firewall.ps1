<#
.SYNOPSIS
  Closes the SHIR host: outbound traffic is blocked unless it goes to the gate or to the listed neighbours.
.DESCRIPTION
  Run on every SHIR node, first with -WhatIf. Running it again replaces its own rules.
  Windows brings many outbound allow rules of its own, and each of them stays a way out. The script lists them;
  -DisableOtherRules turns them off and writes their names to a file. Rules that come by group policy are not touched.
  Undo:
    Set-NetFirewallProfile -Profile Domain,Private,Public -DefaultOutboundAction Allow
    Remove-NetFirewallRule -Group shirgate
    Get-Content C:\ProgramData\shirgate-disabled-rules.txt | ForEach-Object { Enable-NetFirewallRule -Name $_ }
.EXAMPLE
  .\windows-firewall.ps1 -Gate 10.20.0.10 -Dns 10.20.0.53 -DomainControllers 10.20.0.10 -Kms 10.20.0.11 -WhatIf
#>
#Requires -RunAsAdministrator
[CmdletBinding(SupportsShouldProcess)]
param(
  [Parameter(Mandatory)] [string[]] $Gate,
  [int] $GatePort = 3128,
  # Neighbours; an empty list makes no rule.
  [string[]] $Dns = @(),                # should answer inside names only: a client of a proxy needs no others
  [string[]] $TimeServers = @(),
  [string[]] $Kms = @(),
  [string[]] $DomainControllers = @(),
  [string[]] $OtherNodes = @(),         # of the same runtime, port 8060
  [string[]] $SqlServers = @(),         # data sources inside, port 1433
  [switch] $DisableOtherRules
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$group = 'shirgate'
$disabledList = 'C:\ProgramData\shirgate-disabled-rules.txt'

function Add-OutboundRule([string] $Name, [string] $Protocol, [string[]] $To, [string[]] $Ports) {
  if ($To.Count -eq 0) { return }
  New-NetFirewallRule -DisplayName "shirgate: $Name ($Protocol)" -Group $group -Direction Outbound -Action Allow `
    -Profile Any -Protocol $Protocol -RemoteAddress $To -RemotePort $Ports | Out-Null
}

Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue | Remove-NetFirewallRule

# The one way out.
Add-OutboundRule -Name 'gate' -Protocol TCP -To $Gate -Ports $GatePort

# What a Windows machine needs inside.
Add-OutboundRule -Name 'names' -Protocol UDP -To $Dns -Ports 53
Add-OutboundRule -Name 'names' -Protocol TCP -To $Dns -Ports 53
Add-OutboundRule -Name 'time' -Protocol UDP -To $TimeServers -Ports 123
Add-OutboundRule -Name 'activation' -Protocol TCP -To $Kms -Ports 1688
Add-OutboundRule -Name 'directory' -Protocol TCP -To $DomainControllers `
  -Ports 88, 135, 389, 445, 464, 636, 3268, 3269, '49152-65535'
Add-OutboundRule -Name 'directory' -Protocol UDP -To $DomainControllers -Ports 88, 123, 389, 464
New-NetFirewallRule -DisplayName 'shirgate: DHCP' -Group $group -Direction Outbound -Action Allow -Profile Any `
  -Protocol UDP -LocalPort 68 -RemotePort 67 -Service Dhcp | Out-Null
New-NetFirewallRule -DisplayName 'shirgate: DHCPv6' -Group $group -Direction Outbound -Action Allow -Profile Any `
  -Protocol UDP -LocalPort 546 -RemotePort 547 -Service Dhcp | Out-Null

# What the runtime needs inside.
Add-OutboundRule -Name 'other nodes' -Protocol TCP -To $OtherNodes -Ports 8060
Add-OutboundRule -Name 'SQL inside' -Protocol TCP -To $SqlServers -Ports 1433
# SQL through the gate, where the configuration has a [[forward]]:
# Add-OutboundRule -Name 'SQL through the gate' -Protocol TCP -To $Gate -Ports 1433

# On an Azure machine its agent needs the platform; nothing else on the host may ask the metadata service for tokens:
# foreach ($service in 'RdAgent', 'WindowsAzureGuestAgent') {
#   New-NetFirewallRule -DisplayName "shirgate: $service" -Group $group -Direction Outbound -Action Allow -Profile Any `
#     -Protocol TCP -RemoteAddress 168.63.129.16 -RemotePort 80, 32526 -Service $service | Out-Null
# }

$others = @(Get-NetFirewallRule -PolicyStore PersistentStore -Direction Outbound -Action Allow -Enabled True |
    Where-Object { $_.Group -ne $group })
Write-Output "$($others.Count) other outbound allow rules are on:"
$others | Sort-Object DisplayName | ForEach-Object { "  $($_.DisplayName)" }
if ($DisableOtherRules) {
  if ($PSCmdlet.ShouldProcess("$($others.Count) rules", 'disable')) {
    $others | ForEach-Object { $_.Name } | Add-Content -Path $disabledList
    $others | Disable-NetFirewallRule
  }
}

# Last, so that a mistake above leaves the host reachable. What gets blocked is written to
# %SystemRoot%\System32\LogFiles\Firewall\pfirewall.log.
Set-NetFirewallProfile -Profile Domain, Private, Public -DefaultOutboundAction Block `
  -LogBlocked True -LogMaxSizeKilobytes 16384
