// What a log comes to when it is summed up.
#include "audit/report.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

/// One line of the log; `more` are further keys.
std::string line(std::string_view action, std::string_view time, std::string_view more) {
  return fmt::format(
      R"({{"shirgate.seq":1,"@timestamp":"2026-11-22T{}.000Z","event.action":"{}","shirgate.runtime":"prod",)"
      R"("source.ip":"10.20.0.21",{}}})",
      time, action, more);
}

constexpr std::string_view blob =
    R"("shirgate.channel":"staged","destination.domain":"a.blob.core.windows.net","destination.port":443)";

std::string blob_with(std::string_view more) { return fmt::format("{},{}", blob, more); }

TEST(Report, SumsUpTunnelsByHost) {
  Report report;
  for (const auto* hour : {"10", "11"}) {
    ASSERT_TRUE(report.add(line("open", fmt::format("{}:00:00", hour), blob_with(R"("destination.ip":"20.60.0.4")"))));
    ASSERT_TRUE(report.add(line("checked", fmt::format("{}:00:01", hour),
                                blob_with(R"("tls.client.server_name":"a.blob.core.windows.net")"))));
    ASSERT_TRUE(report.add(line("close", fmt::format("{}:00:09", hour),
                                blob_with(R"("source.bytes":100,"destination.bytes":7,"shirgate.stage":"relay")"))));
  }
  ASSERT_EQ(report.channels().size(), 1U);
  const auto& host = report.channels().at({"prod", "staged"}).at("a.blob.core.windows.net:443");
  EXPECT_EQ(host.tunnels, 2U);
  EXPECT_EQ(host.cut, 0U);
  EXPECT_EQ(host.bytes_from_client, 200U);
  EXPECT_EQ(host.bytes_from_upstream, 14U);
  EXPECT_EQ(host.snis, (std::set<std::string>{"a.blob.core.windows.net"}));
  EXPECT_EQ(host.addresses, (std::set<std::string>{"20.60.0.4"}));
  EXPECT_EQ(host.first_seen, "2026-11-22T10:00:00.000Z");
  EXPECT_EQ(host.last_seen, "2026-11-22T11:00:09.000Z");
  EXPECT_FALSE(host.first_use);
  EXPECT_TRUE(report.refused().empty());
  EXPECT_TRUE(report.reported().empty());
}

TEST(Report, CountsWhatAMergedRefusalStandsFor) {
  Report report;
  constexpr std::string_view evil = R"("destination.domain":"evil.example","destination.port":443,)"
                                    R"("shirgate.reason":"host_not_listed")";
  ASSERT_TRUE(report.add(line("denied", "10:00:00", evil)));
  ASSERT_TRUE(report.add(line(
      "denied", "10:05:00", fmt::format(R"({},"shirgate.count":40,"event.start":"2026-11-22T10:01:00.000Z")", evil))));
  const auto& refused = report.refused().at({"prod", "evil.example:443", "host_not_listed"});
  EXPECT_EQ(refused.count, 41U);
  EXPECT_EQ(refused.first_seen, "2026-11-22T10:00:00.000Z");
  EXPECT_EQ(refused.last_seen, "2026-11-22T10:05:00.000Z");
  EXPECT_EQ(refused.clients, (std::set<std::string>{"10.20.0.21"}));
}

TEST(Report, TellsOnceWhatReportModeLetOut) {
  Report report;
  constexpr std::string_view lifted = R"("destination.domain":"x.example","destination.port":443,)"
                                      R"("shirgate.would_deny":"host_not_listed")";
  for (const auto* action : {"open", "checked", "close"}) ASSERT_TRUE(report.add(line(action, "10:00:00", lifted)));
  ASSERT_EQ(report.reported().size(), 1U);
  EXPECT_EQ(report.reported().at({"prod", "x.example:443", "host_not_listed"}).count, 1U);
  EXPECT_TRUE(report.refused().empty());
}

TEST(Report, NamesTheServerThatAListedHostWasAFrontFor) {
  Report report;
  const auto lifted = blob_with(R"("tls.client.server_name":"other.example","shirgate.would_deny":"sni_mismatch")");
  ASSERT_TRUE(report.add(line("open", "10:00:00", blob)));
  ASSERT_TRUE(report.add(line("checked", "10:00:01", lifted)));
  ASSERT_TRUE(report.add(line("close", "10:00:02", lifted)));
  ASSERT_EQ(report.reported().size(), 1U);
  const auto& [key, summary] = *report.reported().begin();
  EXPECT_EQ(key.target, "a.blob.core.windows.net:443 (SNI other.example)");
  EXPECT_EQ(key.reason, "sni_mismatch");
  EXPECT_EQ(summary.count, 1U);
}

TEST(Report, RemembersThatAHostWasNewUnderItsWildcard) {
  Report report;
  ASSERT_TRUE(report.add(line("open", "10:00:00", blob_with(R"("shirgate.first_use":true)"))));
  ASSERT_TRUE(report.add(line("open", "11:00:00", blob)));
  EXPECT_TRUE(report.channels().at({"prod", "staged"}).at("a.blob.core.windows.net:443").first_use);
}

TEST(Report, LeavesOutWhatIsOlder) {
  Report report("2026-11-22T10:30");
  ASSERT_TRUE(report.add(line("open", "10:00:00", blob)));
  EXPECT_EQ(report.lines(), 0U);
  ASSERT_TRUE(report.add(line("open", "11:00:00", blob)));
  EXPECT_EQ(report.lines(), 1U);
}

TEST(Report, TakesNothingElseForAnEvent) {
  Report report;
  for (const auto* text :
       {"", "{}", "[]", "null", "{\"event.action\":\"open\"}", "{\"event.action\":1,\"@timestamp\":2}", "{"})
    EXPECT_FALSE(report.add(text)) << text;
  EXPECT_EQ(report.lines(), 0U);
}

}  // namespace
}  // namespace shirgate::test
