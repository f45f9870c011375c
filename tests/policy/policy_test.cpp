#include "policy/policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy_of.hpp"

namespace shirgate::test {
namespace {

const Name prod("prod");

Verdict decided(std::vector<Rule> rules, std::string_view target, std::optional<Protocol> protocol = std::nullopt,
                Time now = today) {
  const Policy policy({runtime("prod", {"10.20.0.21"})}, std::move(rules));
  return policy.decide(prod, asked(target, protocol), now);
}

Rule expiring(Rule rule, std::chrono::sys_days day) {
  rule.expires = day;
  return rule;
}

Rule speaking(Rule rule, Protocol protocol) {
  rule.protocol = protocol;
  return rule;
}

constexpr auto january31 = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31);

TEST(Policy, DeniesEverythingWhenItIsEmpty) {
  const Policy policy;
  const auto verdict = policy.decide(prod, asked("a.example:443"), today);
  EXPECT_EQ(verdict.reason, Reason::host_not_listed);
  EXPECT_TRUE(verdict.rule.empty());
  EXPECT_EQ(policy.identify(*parse_address("10.20.0.21")), std::nullopt);
  EXPECT_EQ(policy.rule(Name("x")), nullptr);
  EXPECT_EQ(policy.rule(Name()), nullptr);
}

TEST(Policy, NamesRuleChannelAndRuntimeWhereItAllows) {
  const auto verdict = decided({rule("prod", "erp", "erp.contoso.example")}, "ERP.contoso.example:443");
  EXPECT_EQ(verdict.reason, Reason::allowed);
  EXPECT_TRUE(verdict.allowed());
  EXPECT_EQ(verdict.runtime.text(), "prod");
  EXPECT_EQ(verdict.channel.text(), "erp");
  EXPECT_EQ(verdict.rule.text(), "prod/erp/erp.contoso.example:443");
  EXPECT_EQ(verdict.mode, Mode::enforce);
}

TEST(Policy, RefusesAHostThatNoRuleLists) {
  for (const auto* target : {"other.example:443", "contoso.example:443", "x.erp.contoso.example:443",
                             "erp.contoso.example.evil.io:443", "xerp.contoso.example:443"}) {
    const auto verdict = decided({rule("prod", "erp", "erp.contoso.example")}, target);
    EXPECT_EQ(verdict.reason, Reason::host_not_listed) << target;
    EXPECT_TRUE(verdict.channel.empty()) << target;
  }
}

TEST(Policy, TellsAWrongPortFromAnUnlistedHost) {
  const auto exact = rule("prod", "erp", "erp.contoso.example", 8443);
  EXPECT_EQ(decided({exact}, "erp.contoso.example:443").reason, Reason::port_not_listed);
  EXPECT_EQ(decided({exact}, "erp.contoso.example:8443").reason, Reason::allowed);
  EXPECT_EQ(decided({rule("prod", "kv", "*.vault.example")}, "a.vault.example:22").reason, Reason::port_not_listed);
}

TEST(Policy, MakesNoCrossProductOfHostsAndPorts) {
  const std::vector rules{rule("prod", "a", "a.example", 443), rule("prod", "b", "b.example", 8443)};
  EXPECT_EQ(decided(rules, "a.example:8443").reason, Reason::port_not_listed);
  EXPECT_EQ(decided(rules, "b.example:443").reason, Reason::port_not_listed);
}

TEST(Policy, PrefersTheExactHostOverAWildcard) {
  const std::vector rules{rule("prod", "any", "*.contoso.example"), rule("prod", "one", "erp.contoso.example")};
  EXPECT_EQ(decided(rules, "erp.contoso.example:443").channel.text(), "one");
  EXPECT_EQ(decided(rules, "crm.contoso.example:443").channel.text(), "any");
}

TEST(Policy, PrefersTheLongerSuffixOverTheShorter) {
  const std::vector rules{rule("prod", "short", "*.windows.example"), rule("prod", "long", "*.core.windows.example"),
                          rule("prod", "longest", "*.blob.core.windows.example")};
  EXPECT_EQ(decided(rules, "a.windows.example:443").channel.text(), "short");
  EXPECT_EQ(decided(rules, "a.core.windows.example:443").channel.text(), "long");
  EXPECT_EQ(decided(rules, "core.windows.example:443").channel.text(), "short") << "*.x is not x";
  EXPECT_EQ(decided(rules, "a.b.blob.core.windows.example:443").channel.text(), "longest");
}

TEST(Policy, LetsTheNameBreakATie) {
  auto a = rule("prod", "a", "erp.contoso.example");
  auto b = rule("prod", "b", "erp.contoso.example");
  EXPECT_EQ(decided({a, b}, "erp.contoso.example:443").channel.text(), "a");
  EXPECT_EQ(decided({b, a}, "erp.contoso.example:443").channel.text(), "a");
}

TEST(Policy, LetsAnotherRuleAllowWhatTheMoreSpecificOneDoesNot) {
  const auto wild = rule("prod", "any", "*.contoso.example", 443);
  EXPECT_EQ(decided({wild, rule("prod", "one", "erp.contoso.example", 8443)}, "erp.contoso.example:443").channel.text(),
            "any");
  const auto old = expiring(rule("prod", "one", "erp.contoso.example"), std::chrono::sys_days(std::chrono::days(1)));
  const auto verdict = decided({wild, old}, "erp.contoso.example:443");
  EXPECT_EQ(verdict.reason, Reason::allowed);
  EXPECT_EQ(verdict.channel.text(), "any");
}

TEST(Policy, ExplainsByTheRuleThatCameClosest) {
  const auto old = expiring(rule("prod", "old", "*.contoso.example"), std::chrono::sys_days(std::chrono::days(1)));
  const auto verdict = decided({old, rule("prod", "odd", "erp.contoso.example", 8443)}, "erp.contoso.example:443");
  EXPECT_EQ(verdict.reason, Reason::rule_expired);
  EXPECT_EQ(verdict.channel.text(), "old");
}

TEST(Policy, KeepsARuleValidThroughItsLastDay) {
  const auto erp = expiring(rule("prod", "erp", "erp.contoso.example"), january31);
  const auto at = [&](Time now) { return decided({erp}, "erp.contoso.example:443", std::nullopt, now).reason; };
  EXPECT_EQ(at(january31 - std::chrono::days(300)), Reason::allowed);
  EXPECT_EQ(at(january31), Reason::allowed);
  EXPECT_EQ(at(january31 + std::chrono::hours(24) - std::chrono::seconds(1)), Reason::allowed);
  EXPECT_EQ(at(january31 + std::chrono::hours(24)), Reason::rule_expired);
  EXPECT_EQ(at(january31 + std::chrono::days(300)), Reason::rule_expired);
}

TEST(Policy, NamesTheExpiredRule) {
  const auto verdict = decided({expiring(rule("prod", "erp", "erp.contoso.example"), january31)},
                               "erp.contoso.example:443", std::nullopt, january31 + std::chrono::days(2));
  EXPECT_EQ(verdict.rule.text(), "prod/erp/erp.contoso.example:443");
}

TEST(Policy, HoldsARequestThatNamesItsProtocolToIt) {
  const auto sql = speaking(rule("prod", "sql", "sql.contoso.example", 1433), Protocol::tds);
  EXPECT_EQ(decided({sql}, "sql.contoso.example:1433", Protocol::tds).reason, Reason::allowed);
  EXPECT_EQ(decided({sql}, "sql.contoso.example:1433", Protocol::tls).reason, Reason::protocol_not_served);
  EXPECT_EQ(decided({sql}, "sql.contoso.example:1433", Protocol::http).reason, Reason::protocol_not_served);
  const auto unsaid = decided({sql}, "sql.contoso.example:1433");
  EXPECT_EQ(unsaid.reason, Reason::allowed);
  EXPECT_EQ(unsaid.protocol, Protocol::tds);
}

TEST(Policy, KeepsRuntimesApart) {
  const Policy policy({runtime("prod", {"10.20.0.21"}), runtime("test", {"10.20.0.22"})},
                      {rule("prod", "erp", "erp.contoso.example"), rule("test", "crm", "crm.contoso.example")});
  const auto reason = [&](std::string_view who, std::string_view target) {
    return policy.decide(Name(who), asked(target), today).reason;
  };
  EXPECT_EQ(reason("prod", "erp.contoso.example:443"), Reason::allowed);
  EXPECT_EQ(reason("test", "crm.contoso.example:443"), Reason::allowed);
  EXPECT_EQ(reason("prod", "crm.contoso.example:443"), Reason::host_not_listed);
  EXPECT_EQ(reason("test", "erp.contoso.example:443"), Reason::host_not_listed);
  EXPECT_EQ(reason("nobody", "erp.contoso.example:443"), Reason::host_not_listed);
  EXPECT_EQ(policy.decide(Name(), asked("erp.contoso.example:443"), today).reason, Reason::host_not_listed);
}

TEST(Policy, DecidesTheSameWhateverTheOrderOfItsRules) {
  std::vector<Rule> rules;
  for (const auto* pattern : {"*.a.example", "*.b.a.example", "b.a.example", "x.b.a.example", "*.example.org"})
    for (const auto* channel : {"one", "two"})
      for (const std::uint16_t port : {443, 8443}) rules.push_back(rule("prod", channel, pattern, port));
  rules[3].expires = std::chrono::sys_days(std::chrono::days(1));
  rules[5].protocol = Protocol::http;
  const auto answers = [&] {
    const Policy policy({}, rules);
    std::string all = policy.fingerprint();
    for (const auto* name :
         {"a.example", "b.a.example", "x.b.a.example", "y.b.a.example", "c.a.example", "z.example.org"})
      for (const auto* port : {":443", ":8443", ":22"}) {
        const auto verdict = policy.decide(prod, asked(std::string(name) + port, Protocol::tls), today);
        all += fmt::format("\n{}{} {} {}", name, port, to_string(verdict.reason), verdict.rule.text());
      }
    return all;
  };
  const auto expected = answers();
  std::mt19937 random(6);
  for (int round = 0; round < 200; ++round) {
    std::shuffle(rules.begin(), rules.end(), random);
    ASSERT_EQ(answers(), expected) << "round " << round;
  }
}

TEST(Policy, JudgesAddressesByTheRuleThatDecided) {
  auto private_rule = rule("prod", "control", "adf.contoso.example");
  private_rule.addresses = {*parse_range("10.30.0.0/24")};
  const Policy policy({}, {private_rule, rule("prod", "erp", "erp.contoso.example")});
  const std::vector inside{*parse_address("10.30.0.4")};
  const std::vector outside{*parse_address("20.50.1.1")};
  const auto control = policy.decide(prod, asked("adf.contoso.example:443"), today);
  EXPECT_EQ(policy.judge_addresses(control, inside), Reason::allowed);
  EXPECT_EQ(policy.judge_addresses(control, outside), Reason::address_not_expected);
  const auto erp = policy.decide(prod, asked("erp.contoso.example:443"), today);
  EXPECT_EQ(policy.judge_addresses(erp, outside), Reason::allowed);
  EXPECT_EQ(policy.judge_addresses(erp, inside), Reason::address_not_expected);
}

TEST(Policy, JudgesNoAddressAsThatOfAnotherChannel) {
  auto control = rule("prod", "control", "adf.contoso.example");
  control.addresses = {*parse_range("10.30.0.0/24")};
  control.never = {*parse_range("10.30.0.7")};
  auto relay = rule("prod", "relay", "relay.contoso.example");
  relay.never = {*parse_range("20.60.0.0/24")};
  const Policy policy({}, {control, relay});
  const auto judged = [&](std::string_view target, std::string_view answer) {
    return policy.judge_addresses(policy.decide(prod, asked(target), today), std::vector{*parse_address(answer)});
  };
  EXPECT_EQ(judged("adf.contoso.example:443", "10.30.0.4"), Reason::allowed);
  EXPECT_EQ(judged("adf.contoso.example:443", "10.30.0.7"), Reason::address_not_expected);
  EXPECT_EQ(judged("relay.contoso.example:443", "20.50.1.1"), Reason::allowed);
  EXPECT_EQ(judged("relay.contoso.example:443", "20.60.0.1"), Reason::address_not_expected)
      << "public, and not its own";
}

TEST(Policy, AllowsNoAddressForAVerdictItDidNotGive) {
  const Policy policy;
  const std::vector answers{*parse_address("20.50.1.1")};
  EXPECT_EQ(policy.judge_addresses(Verdict{.reason = Reason::allowed, .rule = Name("elsewhere")}, answers),
            Reason::internal_error);
}

TEST(Policy, SaysWhetherAWildcardLetTheHostOut) {
  EXPECT_TRUE(decided({rule("prod", "any", "*.contoso.example")}, "erp.contoso.example:443").by_wildcard);
  EXPECT_FALSE(decided({rule("prod", "one", "erp.contoso.example")}, "erp.contoso.example:443").by_wildcard);
}

TEST(Policy, FindsARuntimeByItsName) {
  const Policy policy({runtime("prod", {"10.20.0.21"})}, {});
  EXPECT_EQ(policy.runtime(prod), policy.runtimes().data());
  EXPECT_EQ(policy.runtime(Name("test")), nullptr);
}

TEST(Policy, FindsARuleByTheNameItsVerdictCarries) {
  const Policy policy({}, {rule("prod", "b", "b.example"), rule("prod", "a", "a.example")});
  for (const auto& each : policy.rules()) EXPECT_EQ(policy.rule(each.name), &each);
  EXPECT_EQ(policy.rule(Name("prod/c/c.example:443")), nullptr);
}

}  // namespace
}  // namespace shirgate::test
