#!/usr/bin/env bash
# Checks the files below deploy/ against the tools that read them and against each other. One line for each check.
#
#   lint_deploy.sh [SHIRGATE]   with the binary, the example configuration and the container's libraries are checked too
#
# Ends with 0 when all is well, 1 when a check failed, 77 when only nft is missing and its checks could not run.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../deploy"

shirgate=${1:-}
unit=systemd/shirgate.service
gateway=firewall/nftables-gateway.nft
container=container/Containerfile
score_limit=15 # systemd counts in tenths: 1.5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
skipped=0

# check WORDS COMMAND...: the command's output is shown only when it fails. Functions called from here run without set -e,
# so each of their steps says what happens when it fails.
check() {
  local words=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    echo "ok      $words"
  else
    echo "FAILED  $words"
    sed 's/^/          /' "$work/output"
    failures=$((failures + 1))
  fi
}

port=$(sed -n 's/^listen = \["[^"]*:\([0-9]*\)".*/\1/p' shirgate.toml)
check "shirgate.toml has one listener; its port is '$port'" grep -qxE '[0-9]+' <<<"$port"

# The unit file.

unit_verifies() {
  # systemd looks whether the program exists; here it is not installed.
  sed 's|/usr/bin/shirgate |/usr/bin/true |' $unit >"$work/shirgate.service"
  systemd-analyze verify "$work/shirgate.service" && test ! -s "$work/output"
}
unit_scores() { systemd-analyze security --offline=true --threshold=$score_limit $unit; }

unit_lets_the_relay_work() {
  local groups call
  groups=$(sed -n 's/^SystemCallFilter=~//p' $unit)
  # shellcheck disable=SC2086 # a list of groups
  systemd-analyze syscall-filter $groups 2>/dev/null | sed -n 's/^ *\([a-z0-9_]*\)$/\1/p' >"$work/refused"
  test -s "$work/refused" || return 1
  for call in splice pipe2 epoll_pwait epoll_wait eventfd2 accept4 mmap msync fallocate fsync prlimit64 signalfd4; do
    if grep -qx "$call" "$work/refused"; then echo "$call is refused"; return 1; fi
  done
}

check "the unit file verifies" unit_verifies
check "the unit file's exposure is at most $score_limit/10" unit_scores
check "the unit file leaves the relay its system calls" unit_lets_the_relay_work

# nftables.

gateway_parses() {
  # In a network namespace of its own this needs no privilege and touches nothing.
  if unshare --map-root-user --net true; then unshare --map-root-user --net nft -c -f "$1"; else nft -c -f "$1"; fi
}
gateway_denies_by_default() {
  local chain
  for chain in input forward output; do
    grep -q "type filter hook $chain .* policy drop;" $gateway || { echo "chain $chain does not drop"; return 1; }
  done
}

PATH=$PATH:/usr/sbin
if command -v nft >/dev/null; then
  check "the nftables rules parse" gateway_parses $gateway
else
  echo "SKIPPED the nftables rules were NOT parsed: nft is not installed"
  skipped=1
fi
check "the nftables rules drop what no rule names" gateway_denies_by_default
check "the nftables rules open port $port" grep -qE "^define gate_port = $port( |\$)" $gateway

# The container.

from_lines_are_pinned() {
  local image
  while read -r image; do
    [[ $image =~ :[a-z0-9.-]+$ && $image != *:latest ]] || { echo "$image"; return 1; }
  done < <(awk 'toupper($1) == "FROM" { print $2 }' $container)
}
copied_files_exist() {
  local source
  while read -r source; do
    test -e "../$source" || { echo "$source does not exist"; return 1; }
    grep -qxF "!$source" container/.containerignore || { echo "$source is ignored"; return 1; }
  done < <(awk '$1 == "COPY" && $2 !~ /^--from/ { for (i = 2; i < NF; ++i) print $i }' $container)
}
runs_as_somebody() { awk '$1 == "USER" { user = $2 } END { exit user !~ /^[1-9][0-9]*:[1-9]/ }' $container; }

check "the container's images have fixed tags" from_lines_are_pinned
check "what the container copies exists" copied_files_exist
check "the container does not run as root" runs_as_somebody
check "the container exposes port $port" grep -qxF "EXPOSE $port" $container

# Windows and Azure.

script_is_closed() {
  grep -q 'DefaultOutboundAction Block' "$1" || { echo "no default block"; return 1; }
  python3 - "$1" <<'PYTHON'
import re, sys
text = re.sub(r"<#.*?#>|#[^\n]*|'[^'\n]*'", "", open(sys.argv[1]).read(), flags=re.S)
for left, right in ("()", "{}", "[]"):
    assert text.count(left) == text.count(right), f"{left} and {right} do not balance"
assert text.count('"') % 2 == 0, "a quote is open"
for line in open(sys.argv[1]):
    assert not re.search(r"`[ \t]+$", line), "a space after the continuation mark: " + line
PYTHON
}
group_is_closed() {
  python3 - "$port" <<'PYTHON'
import json, sys
template = json.load(open("firewall/azure-nsg.json"))
assert template["parameters"]["gatePort"]["defaultValue"] == int(sys.argv[1]), "gatePort"
rules = [rule["properties"] | {"name": rule["name"]} for rule in template["resources"][0]["properties"]["securityRules"]]
priorities = [rule["priority"] for rule in rules]
assert priorities == sorted(set(priorities)), "priorities repeat or are out of order"
assert priorities[0] >= 100 and priorities[-1] <= 4096, "priorities go from 100 to 4096"
for rule in rules:
    to = rule.get("destinationAddressPrefix") or rule["destinationAddressPrefixes"]
    ports = rule.get("destinationPortRange") or rule["destinationPortRanges"]
    assert rule["direction"] == "Outbound", rule["name"]
    assert len(rule["description"]) <= 140, rule["name"] + ": Azure takes 140 characters of description"
    assert rule["access"] == "Deny" or (to != "*" and ports != "*"), rule["name"] + " allows too much"
last = rules[-1]
assert (last["access"], last["protocol"], last["destinationAddressPrefix"]) == ("Deny", "*", "*"), "the last rule must deny all"
PYTHON
}

check "the PowerShell script blocks by default and its brackets balance" script_is_closed firewall/windows-firewall.ps1
check "the PowerShell script opens port $port" grep -qE "^ *\[int\] \\\$GatePort = $port," firewall/windows-firewall.ps1
check "the Azure rules open port $port and end by denying all" group_is_closed
check "the SHIR instructions name port $port" grep -q "http://[0-9.]*:$port" shir/README.md

# Across files.

floors_agree() {
  python3 - $unit $gateway <<'PYTHON'
import re, sys
unit, gateway = (open(name).read() for name in sys.argv[1:])
denied = set(re.search(r"^IPAddressDeny=(.*)$", unit, re.M)[1].split())
listed = set()
for elements in re.findall(r"set floor[46] \{.*?elements = \{(.*?)\}", gateway, re.S):
    listed |= {element.strip() for element in elements.split(",")}
assert denied == listed, f"only in the unit file: {denied - listed}; only in the nftables rules: {listed - denied}"
assert {"169.254.0.0/16", "168.63.129.16"} <= denied, "the metadata addresses are missing"
PYTHON
}
example_is_toml() { python3 -c 'import tomllib; tomllib.load(open("shirgate.toml", "rb"))'; }

check "unit file and nftables rules name the same address floor" floors_agree
check "shirgate.toml is TOML" example_is_toml

# With the binary.

container_has_the_libraries() {
  local library package
  for library in $(ldd "$shirgate" | awk '$2 == "=>" { print $3 }' | grep -vE '/lib(asan|ubsan|tsan|lsan|c|m|gcc_s)\.so'); do
    package=$(dpkg-query -S "$(readlink -f "$library")" | cut -d: -f1)
    case $package in libc6 | zlib1g) continue ;; esac
    tr ' ' '\n' <$container | grep -xF "$package" || { echo "$library needs $package"; return 1; }
  done
}

example_is_read() {
  "$shirgate" check shirgate.toml || return 1
  # Only worth something if the same command refuses a mistake.
  sed 's/^factory = /factoy = /' shirgate.toml >"$work/broken.toml"
  if "$shirgate" check "$work/broken.toml"; then echo "a misspelt key is accepted as well"; return 1; fi
}

# The firewalls that are made from the example are held to what the samples are held to.
made_firewalls() {
  "$shirgate" rules shirgate.toml --format nsg >"$work/nsg.json" || return 1
  "$shirgate" rules shirgate.toml --format azure-firewall >"$work/azure-firewall.json" || return 1
  "$shirgate" rules shirgate.toml --format windows-firewall >"$work/windows-firewall.ps1" || return 1
  "$shirgate" rules shirgate.toml --format nftables >"$work/made.nft" || return 1
}
made_templates_are_json() {
  python3 -c 'import json, sys; [json.load(open(name)) for name in sys.argv[1:]]' "$work/nsg.json" "$work/azure-firewall.json"
}

if [[ -n $shirgate ]]; then
  check "shirgate accepts the example configuration" example_is_read
  check "firewall rules are made from the example configuration" made_firewalls
  check "the templates made are JSON" made_templates_are_json
  check "the PowerShell script made blocks by default and its brackets balance" script_is_closed "$work/windows-firewall.ps1"
  if command -v nft >/dev/null; then check "the nftables rules made parse" gateway_parses "$work/made.nft"; fi
  check "the container has the libraries shirgate needs" container_has_the_libraries
fi

if ((failures)); then echo "$failures checks failed"; exit 1; fi
if ((skipped)); then exit 77; fi
