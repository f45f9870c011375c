// Pinned relay hosts, and the gateway hosts behind them.
#include <gtest/gtest.h>

#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

const Name prod("prod");

Rule gateways() {
  auto result = rule("prod", "relay", "*.servicebus.windows.net");
  result.name = Name("prod/relay-gateways");
  result.pattern = relay_gateways_below(result.pattern);
  return result;
}

Reason decided(std::vector<Rule> rules, std::string_view host, std::string_view who = "prod") {
  const Policy policy({}, std::move(rules));
  return policy.decide(Name(who), asked(std::string(host) + ":443"), today).reason;
}

const auto pin = rule("prod", "relay", "a1.servicebus.windows.net");

TEST(PinnedRelay, TellsAGatewayFromAStranger) {
  EXPECT_EQ(decided({pin}, "a1.servicebus.windows.net"), Reason::allowed);
  EXPECT_EQ(decided({pin}, "g12-prod-x-sb.servicebus.windows.net"), Reason::relay_gateway_not_listed);
  EXPECT_EQ(decided({pin}, "gv3-prod-x-sb.servicebus.windows.net"), Reason::relay_gateway_not_listed);
  EXPECT_EQ(decided({pin}, "stranger.servicebus.windows.net"), Reason::host_not_listed);
  EXPECT_EQ(decided({pin}, "g1234-prod-x-sb.servicebus.windows.net"), Reason::host_not_listed);
  EXPECT_EQ(decided({pin}, "g1--sb.servicebus.windows.net"), Reason::host_not_listed);
}

TEST(PinnedRelay, KnowsGatewaysOfItsOwnSuffixAndRuntimeOnly) {
  EXPECT_EQ(decided({pin}, "g12-prod-x-sb.servicebus.usgovcloudapi.net"), Reason::host_not_listed);
  EXPECT_EQ(decided({pin}, "g12-prod-x-sb.evil.servicebus.windows.net"), Reason::host_not_listed);
  EXPECT_EQ(decided({pin}, "g12-prod-x-sb.servicebus.windows.net", "test"), Reason::host_not_listed);
  EXPECT_EQ(decided({}, "g12-prod-x-sb.servicebus.windows.net"), Reason::host_not_listed);
}

TEST(PinnedRelay, IsARelayRuleWithAnExactHost) {
  EXPECT_EQ(decided({rule("prod", "erp", "a1.servicebus.windows.net")}, "g12-prod-x-sb.servicebus.windows.net"),
            Reason::host_not_listed);
}

TEST(PinnedRelay, LetsItsGatewaysOutWhereARuleSaysSo) {
  EXPECT_EQ(decided({pin, gateways()}, "g12-prod-x-sb.servicebus.windows.net"), Reason::allowed);
  EXPECT_EQ(decided({pin, gateways()}, "gv3-prod-x-sb.servicebus.windows.net"), Reason::allowed);
  EXPECT_EQ(decided({pin, gateways()}, "stranger.servicebus.windows.net"), Reason::host_not_listed);
  EXPECT_EQ(decided({pin, gateways()}, "g1234-prod-x-sb.servicebus.windows.net"), Reason::host_not_listed);
}

TEST(PinnedRelay, CountsAGatewayRuleAsAWildcard) {
  const Policy policy({}, {gateways()});
  const auto verdict = policy.decide(prod, asked("g12-prod-x-sb.servicebus.windows.net:443"), today);
  EXPECT_TRUE(verdict.by_wildcard);
  EXPECT_EQ(policy.decide(prod, asked("g12-prod-x-sb.servicebus.windows.net:8443"), today).reason,
            Reason::port_not_listed);
}

TEST(PinnedRelay, GivesWayToTheWildcardOfTheWholeRelay) {
  const auto all = rule("prod", "relay", "*.servicebus.windows.net");
  EXPECT_EQ(decided({pin, all}, "g12-prod-x-sb.servicebus.windows.net"), Reason::allowed);
  EXPECT_EQ(decided({all, gateways()}, "stranger.servicebus.windows.net"), Reason::allowed)
      << "beside the gateways' rule under the same suffix";
}

}  // namespace
}  // namespace shirgate::test
