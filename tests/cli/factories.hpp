// A configuration with everything the rule list and the firewalls must cope with: two integration runtimes, browsers,
// private endpoints, SQL, hand-written rules with hostile tickets.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cli/firewall_model.hpp"
#include "config/load.hpp"

namespace shirgate::test {

inline const Time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

/// What a ticket must not do: end a string, a comment or a cell, start a formula, or become an expression.
inline constexpr std::string_view hostile_ticket =
    R"(=cmd|' /C calc'!A0 x;=1 \u000a\u201d\u2019 \"; Remove-Item C:\\ #> | <b> [x](y), $(id) `id` } accept)";

inline std::string factories_text(std::string_view listen = R"(["10.20.0.10:3128", "[fd00:20::a]:3128"])") {
  std::string text = "[gate]\nlisten = ";
  text += listen;
  text += R"(
[audit]
directory = "/var/lib/shirgate/audit"
[dns]
servers = ["10.20.0.53:53", "127.0.0.53:53"]
[[runtime]]
name = "prod"
clients = ["10.20.0.21", "10.20.0.24/30", "fd00:20::/64"]
factory = "contoso-prod"
region = "westeurope"
relay_hosts = ["relay-a1.servicebus.windows.net"]
auto_update = true
staging_accounts = ["contosostage"]
key_vaults = ["contoso-kv"]
sql = "source"
sql_servers = ["contososql"]
sql_route = "redirect-public"
revocation = true
ha = true
private_link = { control = ["10.30.0.4/32", "fd00:30::/64"] }
mode = { relay = "report" }
report_until = 2026-12-01
[[runtime]]
name = "test"
clients = ["10.20.1.0/24"]
factory = "contoso-test"
region = "westeurope"
interactive_authoring = "off"
auto_update = true
[[runtime]]
name = "people"
kind = "browser"
clients = ["10.20.9.0/24"]
[[allow]]
runtime = "test"
channel = "erp"
hosts = ["erp.contoso.example"]
ports = [443, 8443]
addresses = ["10.40.0.0/24"]
ticket = ")";
  text += hostile_ticket;
  text += R"("
[[allow]]
runtime = "test"
channel = "old"
hosts = ["old.contoso.example"]
ports = [443]
expires = 2026-11-01
[[allow]]
runtime = "test"
channel = "warehouse"
hosts = ["*.sql.contoso.example"]
ports = [1433]
expires = 2027-01-31
)";
  return text;
}

/// `from` must be there: a test that changes nothing tests nothing.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline Config loaded(const std::string& text) {
  auto config = load(text, "t.toml", now);
  if (config.has_value()) return *std::move(config);
  for (const auto& mistake : config.error()) ADD_FAILURE() << to_string(mistake);
  return {};
}

/// The configuration and its model, which points into it.
struct Firewall {
  Config config = loaded(factories_text());
  FirewallModel model = *firewall_model(config, {}, now);
};

}  // namespace shirgate::test
