#include "cli/firewall_text.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <regex>
#include <set>

#include "cli/firewall_json.hpp"
#include "factories.hpp"

namespace shirgate::test {
namespace {

namespace json = boost::json;

std::string text_of(Checked<std::string> text) {
  EXPECT_TRUE(text.has_value()) << text.error().text();
  return text.has_value() ? *text : "{}";
}

/// Rules of the policy that the template says it carries.
std::set<std::string> carried(const json::object& answer) {
  std::set<std::string> names;
  for (const auto& [name, value] : answer.at("metadata").at("carries").as_object())
    for (const auto& rule : (value.is_array() ? value : value.at("rules")).as_array())
      names.emplace(rule.as_string().c_str());
  return names;
}

std::set<std::string> expected_rules(const FirewallModel& model) {
  std::set<std::string> names;
  for (const auto& exit : model.exits)
    for (const auto* rule : exit.rules) names.emplace(rule->name.text());
  return names;
}

/// No text of ours may be an expression of ARM but those that are meant to be.
void expect_literal(const json::value& value) {
  static const std::set<std::string> meant{"[concat(parameters('firewallPolicyName'), '/shirgate')]",
                                           "[resourceGroup().location]", "[parameters('location')]"};
  if (value.is_object())
    for (const auto& member : value.get_object()) expect_literal(member.value());
  if (value.is_array())
    for (const auto& item : value.get_array()) expect_literal(item);
  if (!value.is_string()) return;
  const std::string text(value.get_string().c_str());
  if (text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")) {
    EXPECT_TRUE(meant.contains(text)) << text;
  }
}

TEST(AzureFirewall, AllowsByNameAndDeniesLast) {
  const Firewall firewall;
  const auto answer = json::parse(text_of(azure_firewall_text(firewall.model))).as_object();
  expect_literal(answer);
  const auto& group = answer.at("resources").at(0);
  EXPECT_EQ(group.at("type").as_string(), "Microsoft.Network/firewallPolicies/ruleCollectionGroups");
  EXPECT_EQ(group.at("apiVersion").as_string(), "2023-11-01");
  std::set<std::int64_t> priorities;
  std::set<std::string> names;
  std::string actions;
  for (const auto& collection : group.at("properties").at("ruleCollections").as_array()) {
    EXPECT_TRUE(priorities.insert(collection.at("priority").as_int64()).second);
    EXPECT_EQ(collection.at("priority").as_int64(), *priorities.rbegin());
    actions += collection.at("action").at("type").as_string()[0];
    for (const auto& rule : collection.at("rules").as_array()) {
      EXPECT_TRUE(names.insert(rule.at("name").as_string().c_str()).second);
      EXPECT_LE(rule.at("description").as_string().size(), longest_description);
      EXPECT_FALSE(rule.at("sourceAddresses").as_array().empty());
      if (collection.at("action").at("type").as_string() == "Deny") continue;
      for (const auto& target : rule.as_object().contains("targetFqdns") ? rule.at("targetFqdns").as_array()
                                                                         : rule.at("destinationAddresses").as_array())
        EXPECT_NE(target.as_string(), "*");
    }
  }
  EXPECT_EQ(actions, "AAAAADD");
}

TEST(AzureFirewall, CarriesEveryRuleOrSaysWhyNot) {
  const Firewall firewall;
  const auto answer = json::parse(text_of(azure_firewall_text(firewall.model))).as_object();
  auto rules = carried(answer);
  const auto& left_out = answer.at("metadata").at("leftOut").as_array();
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_EQ(left_out.at(0).at("host").as_string(), "*.sql.contoso.example");
  for (const auto& rule : left_out.at(0).at("rules").as_array()) rules.emplace(rule.as_string().c_str());
  EXPECT_EQ(rules, expected_rules(firewall.model));
}

TEST(AzureFirewall, WritesEachKindOfExitInItsOwnWay) {
  const Firewall firewall;
  const auto text = text_of(azure_firewall_text(firewall.model));
  EXPECT_NE(text.find(R"("destinationFqdns": ["contososql.database.windows.net"])"), std::string::npos);
  EXPECT_NE(text.find(R"("targetFqdns": ["contosostage.blob.core.windows.net"])"), std::string::npos);
  EXPECT_NE(text.find(R"("destinationAddresses": ["10.40.0.0/24"])"), std::string::npos);
  EXPECT_NE(text.find("DNS proxy"), std::string::npos);
  EXPECT_EQ(text.find("fd00:"), std::string::npos) << "Azure Firewall knows no IPv6";
}

TEST(AzureFirewall, NeedsAnIpv4Gate) {
  const auto config = loaded(factories_text(R"(["[::]:3128"])"));
  const std::vector<Address> gate{*parse_address("fd00:20::a")};
  const auto text = azure_firewall_text(*firewall_model(config, gate, now));
  ASSERT_TRUE(text.has_error());
  EXPECT_NE(text.error().text().find("--gate"), std::string::npos);
}

void expect_sound_group(const json::object& group) {
  std::set<std::int64_t> priorities;
  std::set<std::string> names;
  std::map<std::string, const json::object*> last;
  for (const auto& rule : group.at("properties").at("securityRules").as_array()) {
    const auto& properties = rule.at("properties").as_object();
    EXPECT_TRUE(names.insert(rule.at("name").as_string().c_str()).second);
    EXPECT_LE(properties.at("description").as_string().size(), longest_description);
    const auto priority = properties.at("priority").as_int64();
    EXPECT_TRUE(priorities.empty() || priority > *priorities.rbegin()) << "out of order: " << priority;
    priorities.insert(priority);
    last[properties.at("direction").as_string().c_str()] = &properties;
    const auto everywhere = [&](const char* key) { return properties.contains(key) && properties.at(key) == "*"; };
    EXPECT_TRUE(properties.at("access") == "Deny" || !everywhere("destinationAddressPrefix")) << rule;
    EXPECT_TRUE(properties.at("access") == "Deny" || !everywhere("destinationPortRange")) << rule;
  }
  EXPECT_GE(*priorities.begin(), 100);
  EXPECT_LE(*priorities.rbegin(), 4096);
  for (const auto& [direction, rule] : last) {
    EXPECT_EQ(rule->at("access").as_string(), "Deny") << direction;
    for (const auto* key : {"protocol", "sourceAddressPrefix", "destinationAddressPrefix", "destinationPortRange"})
      EXPECT_EQ(rule->at(key).as_string(), "*") << direction;
  }
}

TEST(NetworkSecurityGroups, AreSoundAndCarryEveryRule) {
  const Firewall firewall;
  const auto text = text_of(nsg_text(firewall.model));
  const auto answer = json::parse(text).as_object();
  expect_literal(answer);
  ASSERT_EQ(answer.at("resources").as_array().size(), 2U);
  for (const auto& group : answer.at("resources").as_array()) expect_sound_group(group.as_object());
  EXPECT_EQ(carried(answer), expected_rules(firewall.model));
  for (const auto* part : {"\"Storage\"", "\"Sql\"", "\"AzureKeyVault\"", "\"Internet\"", "every tenant's"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(NetworkSecurityGroups, MixNoFamiliesAndLeaveBrowsersAlone) {
  const Firewall firewall;
  const auto answer = json::parse(text_of(nsg_text(firewall.model)));
  for (const auto& group : answer.at("resources").as_array())
    for (const auto& rule : group.at("properties").at("securityRules").as_array()) {
      const auto text = json::serialize(rule.at("properties"));
      EXPECT_FALSE(text.find("fd00:") != std::string::npos && text.find("\"10.") != std::string::npos) << text;
    }
  EXPECT_EQ(json::serialize(answer.at("resources").at(0)).find("10.20.9.0/24"), std::string::npos);
  EXPECT_NE(json::serialize(answer.at("resources").at(1)).find("10.20.9.0/24"), std::string::npos);
}

TEST(FirewallJson, KeepsTextLiteralAndNamesApart) {
  EXPECT_EQ(arm_text("[concat('a')]"), "[[concat('a')]");
  EXPECT_EQ(arm_text("[fd00::1]:3128"), "[fd00::1]:3128");
  EXPECT_EQ(description(std::string(200, 'x')).size(), longest_description);
  ResourceNames names;
  EXPECT_EQ(names.unique("*.core.windows.net-443"), "any_.core.windows.net-443");
  EXPECT_EQ(names.unique("*.core.windows.net-443"), "any_.core.windows.net-443-2");
  EXPECT_LE(names.unique(std::string(300, 'a')).size(), 80U);
  const auto value = json::parse(R"({"a":[],"b":{},"c":[1,[2]],"d":"\"\n"})");
  EXPECT_EQ(json::parse(indented(value)), value);
}

TEST(WindowsFirewall, OpensTheGateAndBlocksTheRest) {
  const Firewall firewall;
  const auto text = text_of(windows_firewall_text(firewall.model));
  std::set<std::string> in_force;
  const std::regex rule(R"(\nNew-NetFirewallRule -DisplayName '([^']*)'[^\n]*)");
  for (std::sregex_iterator at(text.begin(), text.end(), rule), end; at != end; ++at) in_force.insert((*at)[1]);
  EXPECT_EQ(in_force, (std::set<std::string>{"shirgate: gate 10.20.0.10:3128", "shirgate: gate [fd00:20::a]:3128",
                                             "shirgate: DHCP", "shirgate: DHCPv6"}));
  EXPECT_NE(text.find("-Protocol TCP -RemoteAddress '10.20.0.10' -RemotePort 3128 |"), std::string::npos);
  EXPECT_LT(text.find("Remove-NetFirewallRule\n\n# The one way out"), text.find("\nNew-NetFirewallRule"));
  EXPECT_GT(text.find("-DefaultOutboundAction Block"), text.rfind("\nNew-NetFirewallRule"));
  EXPECT_NE(text.find("# New-NetFirewallRule -DisplayName 'shirgate: other-nodes'"), std::string::npos);
  EXPECT_NE(text.find("-RemotePort '11000-11999'"), std::string::npos);
}

TEST(WindowsFirewall, QuotesWhatPowerShellWouldRead) {
  EXPECT_EQ(powershell_quoted("a'b $(id) `n \"c\""), "'a''b $(id) `n \"c\"'");
  EXPECT_EQ(powershell_quoted("\xe2\x80\x99; id\n"), "'???; id?'");
}

TEST(Nftables, NamesEveryHostInACommentAndKeepsFreeTextThere) {
  const Firewall firewall;
  const auto text = text_of(nftables_text(firewall.model));
  for (const auto& exit : firewall.model.exits)
    EXPECT_NE(text.find(fmt::format("#   {}:{} for ", firewall_host(exit), exit.port)), std::string::npos);
  EXPECT_NE(text.find("\ntable inet shirgate\ndelete table inet shirgate\n"), std::string::npos);
  // The ticket is there, on the one line of its comment.
  const auto ticket = text.find("=cmd|");
  ASSERT_NE(ticket, std::string::npos);
  const auto begin = text.rfind('\n', ticket) + 1;
  EXPECT_EQ(text[begin], '#');
  EXPECT_NE(text.substr(begin, text.find('\n', begin) - begin).find("} accept"), std::string::npos);
}

TEST(Nftables, OpensPortsOfRulesOnlyAndPrivateRangesByName) {
  const Firewall firewall;
  const auto text = text_of(nftables_text(firewall.model));
  for (const auto* line :
       {"\n    ip daddr 10.40.0.0/24 tcp dport 8443 accept\n", "\n    ip6 daddr fd00:30::/64 tcp dport 443 accept\n",
        "\n    tcp dport { 443, 1433 } counter accept\n", "elements = { 10.20.0.10 . 3128 }",
        "elements = { 10.20.0.53 . 53 }"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  const auto shir = text.find("set shir4");
  EXPECT_EQ(text.substr(shir, text.find('}', text.find("elements", shir)) - shir).find("10.20.9.0/24"),
            std::string::npos);
}

TEST(Nftables, NeverDialsWhatThePolicyCallsNotPublic) {
  const auto covered = [](std::string_view text) {
    const auto address = *parse_address(text);
    const auto never = address.is_v4 ? never_dialled_v4() : never_dialled_v6();
    return std::any_of(never.begin(), never.end(),
                       [&](std::string_view range) { return parse_range(range)->contains(address); });
  };
  for (const auto never : {never_dialled_v4(), never_dialled_v6()})
    for (const auto range : never) {
      ASSERT_TRUE(parse_range(range)) << range;
      if (range == "4000::/2" || range == "8000::/1") continue;  // not assigned to anybody
      EXPECT_NE(classify(parse_range(range)->first), AddressClass::public_) << range;
    }
  for (const auto* address : {"10.0.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.169.254",
                              "168.63.129.16", "100.64.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "ff02::1",
                              "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::", "::ffff:10.0.0.1", "100::1", "5f00::1"})
    EXPECT_TRUE(covered(address)) << address;
  for (const auto* address : {"20.60.0.10", "13.107.4.1", "2603:1030::1", "2a01:111::1"})
    EXPECT_FALSE(covered(address)) << address;
}

}  // namespace
}  // namespace shirgate::test
