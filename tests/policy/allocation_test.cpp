// That a decision costs no memory.
#include <gtest/gtest.h>

#include "allocation_count.hpp"
#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

TEST(PolicyAllocates, SoTheCounterCounts) {
  EXPECT_GT(allocations_of([] { std::string(1000, 'x').shrink_to_fit(); }), 0U);
}

TEST(PolicyAllocates, NothingToDecideOrIdentify) {
  std::vector<Rule> rules{rule("prod", "erp", "erp.contoso.example"), rule("prod", "any", "*.core.windows.example")};
  rules.push_back(rule("prod", "old", "old.contoso.example"));
  rules.back().expires = std::chrono::sys_days(std::chrono::days(1));
  rules.push_back(rule("prod", "relay", "r1.servicebus.example"));
  auto who_reports = runtime("lax", {"10.20.1.0/24"});
  who_reports.reporting = Reporting{.until = std::chrono::ceil<std::chrono::days>(today), .everything = true};
  const Policy policy({runtime("prod", {"10.20.0.16/28"}), who_reports}, std::move(rules));
  const auto client = *parse_address("10.20.0.21");
  const std::vector answers{*parse_address("20.50.1.1")};
  const std::vector questions{asked("erp.contoso.example:443"),
                              asked("a.b.c.d.core.windows.example:443"),
                              asked("old.contoso.example:443"),
                              asked("erp.contoso.example:22"),
                              asked("not.listed.example:443", Protocol::tls),
                              asked("g1-prod-am3-sb.servicebus.example:443")};
  const auto lax = *policy.identify(*parse_address("10.20.1.7"));
  std::size_t allowed = 0;
  std::size_t would_be_denied = 0;
  std::size_t gateways = 0;
  const auto work = [&] {
    const auto who = policy.identify(client);
    for (const auto& question : questions) {
      const auto verdict = policy.decide(*who, question, today);
      if (policy.judge_addresses(verdict, answers) == Reason::allowed) ++allowed;
      const auto lifted = policy.decide(lax, question, today);
      if (policy.judge_addresses(lifted, answers) == Reason::allowed) ++would_be_denied;
      if (verdict.reason == Reason::relay_gateway_not_listed) ++gateways;
    }
  };
  work();  // tables that are built when first used
  EXPECT_EQ(allocations_of(work), 0U);
  EXPECT_EQ(allowed, 6U) << "three questions in two rounds: an expired rule has its own addresses to expect";
  EXPECT_EQ(would_be_denied, 10U) << "all but the one for another port";
  EXPECT_EQ(gateways, 2U);
}

}  // namespace
}  // namespace shirgate::test
