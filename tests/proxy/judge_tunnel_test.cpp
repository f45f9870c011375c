#include "proxy/session/judge_tunnel.hpp"

#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

constexpr auto january31 = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31);

/// A policy with one runtime and one rule, and a tunnel that it let through.
struct World {
  std::string client = "10.20.0.21";
  std::string clients = "10.20.0.16/28";
  std::string runtime = "prod";
  std::string pattern = "*.contoso.example";
  std::uint16_t port = 443;
  Protocol protocol = Protocol::tls;
  std::optional<std::chrono::sys_days> expires{};
  std::vector<AddressRange> addresses{};
  std::string dialled = "20.50.1.1";
  std::optional<Reporting> reporting{};
  Reason would_deny = Reason::allowed;

  [[nodiscard]] Reason judged(Time now) const {
    const Policy policy({{Name(runtime), {*parse_range(clients)}, RuntimeKind::shir, reporting}},
                        {{.name = Name("rule"),
                          .runtime = Name(runtime),
                          .channel = Name("erp"),
                          .pattern = *parse_pattern(pattern),
                          .port = port,
                          .protocol = protocol,
                          .addresses = addresses,
                          .expires = expires}});
    const TunnelFacts facts{.id = 1,
                            .client = {*parse_address(client), 40000},
                            .target = *parse_target("erp.contoso.example:443"),
                            .upstream = *parse_address(dialled),
                            .verdict = {.reason = Reason::allowed,
                                        .would_deny = would_deny,
                                        .runtime = Name("prod"),
                                        .channel = Name(would_deny == Reason::sni_mismatch ? "erp" : "")}};
    return judge_tunnel(policy, facts, now);
  }
};

struct TunnelCase {
  const char* name;
  World world;
  Reason reason;
};

void PrintTo(const TunnelCase& item, std::ostream* out) { *out << item.name; }

class JudgeTunnel : public testing::TestWithParam<TunnelCase> {};

TEST_P(JudgeTunnel, SaysWhatTheTableSays) {
  EXPECT_EQ(to_string(GetParam().world.judged(january31)), to_string(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Table, JudgeTunnel,
    testing::Values(TunnelCase{"NothingChanged", {}, Reason::allowed},
                    TunnelCase{"AnotherRuleAllowsIt", {.pattern = "erp.contoso.example"}, Reason::allowed},
                    TunnelCase{"ClientGone", {.clients = "10.20.1.16/28"}, Reason::policy_revoked},
                    TunnelCase{"ClientOfAnotherRuntime", {.runtime = "test"}, Reason::policy_revoked},
                    TunnelCase{"HostGone", {.pattern = "crm.contoso.example"}, Reason::policy_revoked},
                    TunnelCase{"PortGone", {.port = 8443}, Reason::policy_revoked},
                    TunnelCase{"ProtocolChanged", {.protocol = Protocol::tds}, Reason::policy_revoked},
                    TunnelCase{"LastDay", {.expires = january31}, Reason::allowed},
                    TunnelCase{"DayAfterTheLast", {.expires = january31 - std::chrono::days(1)}, Reason::rule_expired},
                    TunnelCase{
                        "NowExpectedElsewhere", {.addresses = {*parse_range("10.30.0.0/24")}}, Reason::policy_revoked},
                    TunnelCase{"StillExpectedHere",
                               {.addresses = {*parse_range("10.30.0.0/24")}, .dialled = "10.30.0.4"},
                               Reason::allowed},
                    TunnelCase{"NoLongerExpectedPrivate", {.dialled = "10.30.0.4"}, Reason::policy_revoked},
                    TunnelCase{"ReportModeGoesOn",
                               {.pattern = "crm.contoso.example",
                                .reporting = Reporting{.until = january31, .everything = true},
                                .would_deny = Reason::host_not_listed},
                               Reason::allowed},
                    TunnelCase{"ReportModeIsOver",
                               {.pattern = "crm.contoso.example",
                                .reporting = Reporting{.until = january31 - std::chrono::days(1), .everything = true},
                                .would_deny = Reason::host_not_listed},
                               Reason::policy_revoked},
                    TunnelCase{"ChannelStillReports",
                               {.reporting = Reporting{.until = january31, .channels = {Name("erp")}},
                                .would_deny = Reason::sni_mismatch},
                               Reason::allowed},
                    TunnelCase{"OnlyAnotherChannelReports",
                               {.reporting = Reporting{.until = january31, .channels = {Name("crm")}},
                                .would_deny = Reason::sni_mismatch},
                               Reason::policy_revoked},
                    TunnelCase{"AtTheFloor", {.dialled = "169.254.169.254"}, Reason::policy_revoked}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(JudgeTunnelNow, DeniesEverythingUnderAnEmptyPolicy) {
  const TunnelFacts facts{.target = *parse_target("erp.contoso.example:443")};
  EXPECT_EQ(judge_tunnel(Policy(), facts, january31), Reason::policy_revoked);
}

}  // namespace
}  // namespace shirgate::test
