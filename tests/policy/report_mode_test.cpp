// What a runtime in report mode may do that it might not otherwise, and above all what it may not.
#include <gtest/gtest.h>

#include <set>

#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

const Name lax("lax");
constexpr auto last_day = std::chrono::sys_days(std::chrono::year(2026) / 12 / 1);

Rule expired(Rule rule) {
  rule.expires = std::chrono::sys_days(std::chrono::days(1));
  return rule;
}

std::vector<Rule> rules() {
  auto sql = rule("lax", "sql", "sql.example", 1433);
  sql.protocol = Protocol::tds;
  auto endpoint = rule("lax", "control", "adf.example");
  endpoint.addresses = {*parse_range("10.30.0.0/24")};
  return {rule("lax", "erp", "erp.example", 8443), rule("lax", "relay", "r1.servicebus.example"),
          expired(rule("lax", "old", "old.example")), sql, endpoint};
}

Reporting everything() { return {.until = last_day, .everything = true}; }

class Reporter {
 public:
  explicit Reporter(std::optional<Reporting> reporting) : policy({with(std::move(reporting))}, rules()) {}

  [[nodiscard]] Verdict decide(std::string_view target, std::optional<Protocol> protocol = std::nullopt,
                               Time now = today) const {
    return policy.decide(lax, asked(target, protocol), now);
  }
  /// "reason would_deny".
  [[nodiscard]] std::string said(std::string_view target, std::optional<Protocol> protocol = std::nullopt,
                                 Time now = today) const {
    const auto verdict = decide(target, protocol, now);
    return fmt::format("{} {}", to_string(verdict.reason), to_string(verdict.would_deny));
  }

 private:
  static Runtime with(std::optional<Reporting> reporting) {
    auto result = runtime("lax", {"10.20.0.21"});
    result.reporting = std::move(reporting);
    return result;
  }

 public:
  const Policy policy;
};

TEST(ReportMode, LiftsFiveReasonsAndNoOther) {
  const std::set<std::string_view> lifted{"host_not_listed", "port_not_listed", "sni_mismatch", "sni_absent",
                                          "ech_refused"};
  for (const auto& row : reason_table()) EXPECT_EQ(may_be_lifted(row.reason), lifted.contains(row.token)) << row.token;
}

TEST(ReportMode, LetsAnUnlistedHostOutAndSaysWhatItWouldHaveBeen) {
  const Reporter reporter(everything());
  const auto verdict = reporter.decide("stranger.example:443");
  EXPECT_TRUE(verdict.allowed());
  EXPECT_EQ(verdict.would_deny, Reason::host_not_listed);
  EXPECT_EQ(verdict.mode, Mode::report);
  EXPECT_TRUE(verdict.rule.empty());
  EXPECT_EQ(reporter.said("erp.example:443"), "allowed port_not_listed");
  EXPECT_EQ(reporter.said("stranger.example:443", Protocol::tls), "allowed host_not_listed");
}

TEST(ReportMode, LeavesWhatIsListedAsItIs) {
  const Reporter reporter(everything());
  const auto verdict = reporter.decide("erp.example:8443");
  EXPECT_TRUE(verdict.allowed());
  EXPECT_EQ(verdict.would_deny, Reason::allowed);
  EXPECT_EQ(verdict.mode, Mode::report) << "the first flight may still be wrong";
}

TEST(ReportMode, LiftsNothingOnOtherPortsOrInOtherProtocols) {
  const Reporter reporter(everything());
  EXPECT_EQ(reporter.said("stranger.example:8443"), "host_not_listed allowed");
  EXPECT_EQ(reporter.said("stranger.example:22"), "host_not_listed allowed");
  EXPECT_EQ(reporter.said("erp.example:1433"), "port_not_listed allowed");
  EXPECT_EQ(reporter.said("stranger.example:443", Protocol::http), "host_not_listed allowed");
  EXPECT_EQ(reporter.said("stranger.example:443", Protocol::tds), "host_not_listed allowed");
}

TEST(ReportMode, LiftsNoRefusalThatARuleGave) {
  const Reporter reporter(everything());
  EXPECT_EQ(reporter.said("old.example:443"), "rule_expired allowed");
  EXPECT_EQ(reporter.said("sql.example:1433", Protocol::tls), "protocol_not_served allowed");
}

TEST(ReportMode, LetsNoGatewayOfAPinnedRelayOut) {
  EXPECT_EQ(Reporter(everything()).said("g1-prod-am3-sb.servicebus.example:443"), "relay_gateway_not_listed allowed");
}

TEST(ReportMode, EndsAfterItsLastDay) {
  const Reporter reporter(everything());
  const auto at = [&](Time now) { return reporter.said("stranger.example:443", std::nullopt, now); };
  EXPECT_EQ(at(last_day), "allowed host_not_listed");
  EXPECT_EQ(at(last_day + std::chrono::hours(24) - std::chrono::seconds(1)), "allowed host_not_listed");
  EXPECT_EQ(at(last_day + std::chrono::hours(24)), "host_not_listed allowed");
  EXPECT_EQ(reporter.policy.mode_of(lax, Name(), last_day + std::chrono::days(1)), Mode::enforce);
}

TEST(ReportMode, OfSomeChannelsLiftsNothingUnlisted) {
  const Reporter reporter(Reporting{.until = last_day, .channels = {Name("erp")}});
  EXPECT_EQ(reporter.said("stranger.example:443"), "host_not_listed allowed");
  EXPECT_EQ(reporter.decide("stranger.example:443").mode, Mode::enforce);
  EXPECT_EQ(reporter.decide("erp.example:8443").mode, Mode::report);
  EXPECT_EQ(reporter.decide("adf.example:443").mode, Mode::enforce);
  EXPECT_EQ(reporter.policy.mode_of(lax, Name("erp"), today), Mode::report);
  EXPECT_EQ(reporter.policy.mode_of(lax, Name("control"), today), Mode::enforce);
  EXPECT_EQ(reporter.policy.mode_of(lax, Name(), today), Mode::enforce);
}

TEST(ReportMode, IsOneRuntimesOwn) {
  auto reporting = runtime("lax", {"10.20.0.21"});
  reporting.reporting = everything();
  const Policy policy({reporting, runtime("prod", {"10.20.0.22"})}, {});
  EXPECT_EQ(policy.decide(lax, asked("stranger.example:443"), today).reason, Reason::allowed);
  EXPECT_EQ(policy.decide(Name("prod"), asked("stranger.example:443"), today).reason, Reason::host_not_listed);
  EXPECT_EQ(policy.decide(Name("nobody"), asked("stranger.example:443"), today).reason, Reason::host_not_listed);
}

TEST(ReportMode, DialsPublicAddressesOnly) {
  const Reporter reporter(everything());
  const auto judged = [&](std::string_view target, std::string_view answer) {
    return reporter.policy.judge_addresses(reporter.decide(target), std::vector{*parse_address(answer)});
  };
  EXPECT_EQ(judged("stranger.example:443", "20.50.1.1"), Reason::allowed);
  EXPECT_EQ(judged("stranger.example:443", "10.0.0.5"), Reason::address_not_expected);
  EXPECT_EQ(judged("stranger.example:443", "169.254.169.254"), Reason::address_prohibited);
  EXPECT_EQ(judged("adf.example:443", "20.50.1.1"), Reason::address_not_expected) << "a rule's addresses hold on";
}

TEST(EnforceMode, IsWhatARuntimeIsInByItself) {
  const Reporter reporter(std::nullopt);
  EXPECT_EQ(reporter.said("stranger.example:443"), "host_not_listed allowed");
  EXPECT_EQ(reporter.decide("stranger.example:443").mode, Mode::enforce);
  EXPECT_EQ(reporter.decide("erp.example:8443").mode, Mode::enforce);
}

}  // namespace
}  // namespace shirgate::test
