// What a log comes to when it is summed up.
#include "audit/report.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "line_parsing.hpp"

namespace shirgate::test {
namespace {

/// One line of the log; `more` are further keys.
std::string line(std::string_view action, std::string_view time, std::string_view more) {
  return fmt::format(R"({{"@timestamp":"2026-11-22T{}.000Z","event.action":"{}","shirgate.runtime":"prod",)"
                     R"("source.ip":"10.20.0.21",{}}})",
                     time, action, more);
}

constexpr std::string_view blob =
    R"("shirgate.channel":"staged","destination.domain":"a.blob.core.windows.net","destination.port":443)";

std::string blob_with(std::string_view more) { return fmt::format("{},{}", blob, more); }

/// A report with lines as texts.
class Reporting {
 public:
  explicit Reporting(LogFilter filter = {}) : report_(std::move(filter)) {}
  void add(std::string_view text) {
    auto* line = lines_.parse(text);
    ASSERT_NE(line, nullptr) << text;
    line->seq = ++seq_;
    report_.add(*line);
  }
  [[nodiscard]] const Report& finished() {
    report_.finish();
    return report_;
  }

 private:
  LineParsing lines_;
  Report report_;
  std::uint64_t seq_ = 0;
};

TEST(Report, SumsUpTunnelsByHost) {
  Reporting log;
  for (const auto* hour : {"10", "11"}) {
    log.add(line("open", fmt::format("{}:00:00", hour),
                 blob_with(R"("destination.ip":"20.60.0.4","shirgate.time.dial":12,"shirgate.rule":"r")")));
    log.add(line("checked", fmt::format("{}:00:01", hour),
                 blob_with(R"("tls.client.server_name":"A.blob.core.windows.net")")));
    log.add(line("close", fmt::format("{}:00:09", hour),
                 blob_with(R"("source.bytes":100,"destination.bytes":7,"shirgate.stage":"relay")")));
  }
  const auto& report = log.finished();
  ASSERT_EQ(report.channels().size(), 1U);
  const auto& host = report.channels().at({"prod", "staged"}).listed.at("a.blob.core.windows.net:443");
  EXPECT_EQ(host.tunnels, 2U);
  EXPECT_EQ(host.cut, 0U);
  EXPECT_EQ(host.failed, 0U);
  EXPECT_EQ(host.bytes_from_client, 200U);
  EXPECT_EQ(host.bytes_from_upstream, 14U);
  EXPECT_EQ(host.snis.listed(), (std::vector<std::string>{"a.blob.core.windows.net"}));
  EXPECT_EQ(host.addresses.listed(), (std::vector<std::string>{"20.60.0.4"}));
  EXPECT_EQ(host.dial_times.quantile(0.5)->count(), 12);
  EXPECT_EQ(host.rule, "r");
  EXPECT_EQ(host.first_seen, "2026-11-22T10:00:00.000Z");
  EXPECT_EQ(host.last_seen, "2026-11-22T11:00:09.000Z");
  EXPECT_EQ(host.first_use, "");
  EXPECT_TRUE(report.refused().listed.empty());
  EXPECT_TRUE(report.reported().listed.empty());
  EXPECT_EQ(report.rules_used(), (std::set<std::string, std::less<>>{"r"}));
  ASSERT_EQ(report.hours().size(), 2U);
  EXPECT_EQ(report.hours().at("2026-11-22T10").tunnels, 1U);
  EXPECT_EQ(report.lines(), 6U);
}

TEST(Report, TellsApartEqualHostsOfOtherPortsAndChannels) {
  Reporting log;
  log.add(line("open", "10:00:00", blob));
  log.add(line("open", "10:00:00",
               R"("shirgate.channel":"staged","destination.domain":"a.blob.core.windows.net",)"
               R"("destination.port":444)"));
  log.add(line("open", "10:00:00",
               R"("shirgate.channel":"other","destination.domain":"a.blob.core.windows.net",)"
               R"("destination.port":443)"));
  const auto& report = log.finished();
  EXPECT_EQ(report.channels().at({"prod", "staged"}).listed.size(), 2U);
  EXPECT_EQ(report.channels().at({"prod", "other"}).listed.size(), 1U);
}

TEST(Report, CountsFailuresByChannelAndAsRefused) {
  Reporting log;
  log.add(line("failed", "10:00:00", blob_with(R"("shirgate.reason":"connect_timeout","shirgate.time.dial":9)")));
  const auto& report = log.finished();
  const auto& host = report.channels().at({"prod", "staged"}).listed.at("a.blob.core.windows.net:443");
  EXPECT_EQ(host.failed, 1U);
  EXPECT_EQ(host.tunnels, 0U);
  EXPECT_EQ(host.dial_times.count(), 1U);
  EXPECT_TRUE(report.refused().listed.contains({"prod", "a.blob.core.windows.net:443", "", "connect_timeout"}));
  EXPECT_EQ(report.hours().at("2026-11-22T10").refused, 1U);
}

TEST(Report, CountsWhatAMergedRefusalStandsFor) {
  Reporting log;
  constexpr std::string_view evil = R"("destination.domain":"evil.example","destination.port":443,)"
                                    R"("shirgate.reason":"host_not_listed")";
  log.add(line("denied", "10:00:00", evil));
  log.add(line("denied", "10:05:00",
               fmt::format(R"({},"shirgate.count":40,"event.start":"2026-11-22T10:01:00.000Z")", evil)));
  const auto& refused = log.finished().refused().listed.at({"prod", "evil.example:443", "", "host_not_listed"});
  EXPECT_EQ(refused.count, 41U);
  EXPECT_EQ(refused.first_seen, "2026-11-22T10:00:00.000Z");
  EXPECT_EQ(refused.last_seen, "2026-11-22T10:05:00.000Z");
  EXPECT_EQ(refused.clients.listed(), (std::vector<std::string>{"10.20.0.21"}));
}

TEST(Report, KeepsEveryAddressThatWasNotExpected) {
  Reporting log;
  log.add(line("denied", "10:00:00",
               blob_with(R"("shirgate.reason":"address_not_expected","dns.resolved_ip":"20.60.0.4,10.1.2.3")")));
  const auto& refused =
      log.finished().refused().listed.at({"prod", "a.blob.core.windows.net:443", "", "address_not_expected"});
  EXPECT_EQ(refused.addresses.listed(), (std::vector<std::string>{"20.60.0.4", "10.1.2.3"}));
  EXPECT_EQ(refused.channel, "staged");
}

TEST(Report, TellsOnceWhatReportModeLetOut) {
  Reporting log;
  constexpr std::string_view lifted = R"("destination.domain":"x.example","destination.port":443,)"
                                      R"("shirgate.would_deny":"host_not_listed")";
  for (const auto* action : {"open", "checked", "close"}) log.add(line(action, "10:00:00", lifted));
  const auto& report = log.finished();
  ASSERT_EQ(report.reported().listed.size(), 1U);
  EXPECT_EQ(report.reported().listed.at({"prod", "x.example:443", "", "host_not_listed"}).count, 1U);
  EXPECT_TRUE(report.refused().listed.empty());
}

TEST(Report, TakesNothingForLetOutThatWasRefusedInTheEnd) {
  Reporting log;
  constexpr std::string_view lifted = R"("destination.domain":"x.example","destination.port":443,)"
                                      R"("shirgate.would_deny":"host_not_listed","shirgate.reason":"dns_failed")";
  for (const auto* action : {"denied", "failed", "progress"}) log.add(line(action, "10:00:00", lifted));
  EXPECT_TRUE(log.finished().reported().listed.empty());
}

TEST(Report, TakesARuleForUsedByWhateverATunnelSays) {
  for (const auto* action : {"open", "checked", "progress", "close"}) {
    Reporting log;
    log.add(line(action, "10:00:00", blob_with(R"("shirgate.rule":"r")")));
    EXPECT_TRUE(log.finished().rules_used().contains("r")) << action;
  }
  Reporting log;
  log.add(line("denied", "10:00:00", blob_with(R"("shirgate.rule":"r","shirgate.reason":"address_not_expected")")));
  EXPECT_TRUE(log.finished().rules_used().empty());
}

TEST(Report, ListsOnlyWholeAddresses) {
  Reporting log;
  log.add(line("denied", "10:00:00",
               blob_with(R"("shirgate.reason":"address_not_expected",)"
                         R"~("dns.resolved_ip":"20.60.0.4,10.1.2.3,10.1... (300 bytes, sha256 0123456789abcdef)")~")));
  EXPECT_EQ(log.finished().refused().listed.begin()->second.addresses.listed(),
            (std::vector<std::string>{"20.60.0.4", "10.1.2.3"}));
}

TEST(Report, NamesTheServerThatAListedHostWasAFrontFor) {
  Reporting log;
  const auto lifted = blob_with(R"("tls.client.server_name":"Other.example","shirgate.would_deny":"sni_mismatch")");
  log.add(line("open", "10:00:00", blob));
  log.add(line("checked", "10:00:01", lifted));
  log.add(line("close", "10:00:02", lifted));
  const auto& reported = log.finished().reported().listed;
  ASSERT_EQ(reported.size(), 1U);
  EXPECT_EQ(reported.at({"prod", "a.blob.core.windows.net:443", "other.example", "sni_mismatch"}).count, 1U);
}

TEST(Report, CountsACutTunnelAsRefusedForTheNameItWanted) {
  Reporting log;
  log.add(line("open", "10:00:00", blob));
  log.add(line("close", "10:00:02",
               blob_with(R"("tls.client.server_name":"other.example",)"
                         R"("shirgate.stage":"first_flight","shirgate.reason":"sni_mismatch")")));
  const auto& report = log.finished();
  EXPECT_EQ(report.channels().at({"prod", "staged"}).listed.at("a.blob.core.windows.net:443").cut, 1U);
  EXPECT_TRUE(
      report.refused().listed.contains({"prod", "a.blob.core.windows.net:443", "other.example", "sni_mismatch"}));
}

TEST(Report, RemembersWhenAHostWasNewUnderItsWildcard) {
  Reporting log;
  log.add(line("open", "10:00:00", blob_with(R"("shirgate.first_use":true)")));
  log.add(line("open", "11:00:00", blob_with(R"("shirgate.first_use":true)")));
  EXPECT_EQ(log.finished().channels().at({"prod", "staged"}).listed.at("a.blob.core.windows.net:443").first_use,
            "2026-11-22T10:00:00.000Z");
}

/// How tunnels ended that have no close.
class ReportEndings : public testing::Test {
 protected:
  void open(std::string_view tunnel) {
    log_.add(line("open", "10:00:00", blob_with(fmt::format(R"("shirgate.tunnel":"{}")", tunnel))));
  }
  void end(std::string_view action, std::string_view tunnel) {
    log_.add(line(action, "10:00:01", fmt::format(R"("shirgate.tunnel":"{}")", tunnel)));
  }
  void gate(std::string_view action) { log_.add(line(action, "10:00:02", R"("message":"")")); }
  const HostSummary& summed_up() {
    return log_.finished().channels().at({"prod", "staged"}).listed.at("a.blob.core.windows.net:443");
  }
  Reporting log_;
};

TEST_F(ReportEndings, CountATunnelThatIsOpenWhereTheLogEnds) {
  gate("start");
  open("0000000000000001");
  open("0000000000000002");
  log_.add(line("close", "10:00:01", blob_with(R"("shirgate.tunnel":"0000000000000001")")));
  EXPECT_EQ(summed_up().open, 1U);
  EXPECT_EQ(summed_up().torn, 0U);
}

TEST_F(ReportEndings, CountATornOneByItsOpening) {
  open("0000000000000001");
  gate("start");
  end("torn", "0000000000000001");
  EXPECT_EQ(summed_up().torn, 1U);
  EXPECT_EQ(summed_up().open, 0U);
}

TEST_F(ReportEndings, CountATornOneWhoseOpeningIsGoneByWhatItSays) {
  open("0000000000000001");
  log_.add(line("torn", "10:00:01", blob_with(R"("shirgate.tunnel":"0000000000000007")")));
  end("torn", "0000000000000008");
  EXPECT_EQ(summed_up().torn, 1U);
  EXPECT_EQ(log_.finished().torn_unknown(), 1U);
}

TEST_F(ReportEndings, TakeATunnelFromBeforeTheLastStartForTorn) {
  open("0000000000000001");
  gate("start");
  open("0000000000000002");
  EXPECT_EQ(summed_up().torn, 1U);
  EXPECT_EQ(summed_up().open, 1U);
}

TEST_F(ReportEndings, CountWhatWasRelayedUntilTheLastProgress) {
  const auto progress = [&](std::string_view tunnel, int sent) {
    log_.add(line(
        "progress", "10:00:01",
        blob_with(fmt::format(R"("shirgate.tunnel":"{}","source.bytes":{},"destination.bytes":1)", tunnel, sent))));
  };
  for (const auto* tunnel : {"0000000000000001", "0000000000000002", "0000000000000003"}) open(tunnel);
  for (const int sent : {5, 10}) progress("0000000000000001", sent);
  progress("0000000000000002", 200);
  end("torn", "0000000000000002");
  progress("0000000000000003", 3000);
  log_.add(line("close", "10:00:02", blob_with(R"("shirgate.tunnel":"0000000000000003","source.bytes":4000)")));
  progress("0000000000000004", 50000);  // opened before these lines
  const auto& host = summed_up();
  EXPECT_EQ(host.bytes_from_client, 54210U);
  EXPECT_EQ(host.bytes_from_upstream, 3U);
  EXPECT_EQ(host.tunnels, 3U);
  EXPECT_EQ(host.open, 2U);
  EXPECT_EQ(host.torn, 1U);
}

TEST_F(ReportEndings, TakeATunnelOfAGateThatStoppedForTorn) {
  open("0000000000000001");
  gate("stop");
  EXPECT_EQ(summed_up().torn, 1U);
}

TEST(Report, LeavesOutWhatIsNotAskedAbout) {
  const auto lines_of = [](LogFilter filter) {
    Reporting log(std::move(filter));
    log.add(line("open", "10:00:00", blob));
    log.add(line("open", "11:00:00", R"("shirgate.channel":"control","destination.domain":"c","destination.port":1)"));
    return log.finished().lines();
  };
  EXPECT_EQ(lines_of({}), 2U);
  EXPECT_EQ(lines_of({.since = "2026-11-22T10:30"}), 1U);
  EXPECT_EQ(lines_of({.since = "2026-11-23"}), 0U);
  EXPECT_EQ(lines_of({.until = "2026-11-22T10"}), 1U);
  EXPECT_EQ(lines_of({.until = "2026-11-22"}), 2U);
  EXPECT_EQ(lines_of({.until = "2026-11-21"}), 0U);
  EXPECT_EQ(lines_of({.runtime = "prod"}), 2U);
  EXPECT_EQ(lines_of({.runtime = "test"}), 0U);
  EXPECT_EQ(lines_of({.channel = "control"}), 1U);
}

TEST(Report, KeepsCountingWhereItNoLongerLists) {
  Reporting log;
  for (std::size_t i = 0; i < Report::max_refused + 10; ++i)
    log.add(line(
        "denied", "10:00:00",
        fmt::format(R"("destination.domain":"h{}","destination.port":443,"shirgate.reason":"host_not_listed")", i)));
  for (std::size_t i = 0; i < Report::max_hosts + 5; ++i)
    log.add(line("open", "10:00:00", fmt::format(R"("shirgate.channel":"c","destination.domain":"h{}")", i)));
  log.add(line("close", "10:00:00", R"("shirgate.channel":"c","destination.domain":"last of all","source.bytes":9)"));
  const auto& report = log.finished();
  EXPECT_EQ(report.refused().listed.size(), Report::max_refused);
  EXPECT_EQ(report.refused().rest.count, 10U);
  EXPECT_EQ(report.refused().rest_targets.count(), 10U);
  const auto& hosts = report.channels().at({"prod", "c"});
  EXPECT_EQ(hosts.listed.size(), Report::max_hosts);
  EXPECT_EQ(hosts.rest.tunnels, 5U);
  EXPECT_EQ(hosts.rest.bytes_from_client, 9U);
  EXPECT_EQ(hosts.rest_hosts.count(), 6U);
  EXPECT_EQ(total_of(hosts).tunnels, Report::max_hosts + 5);
}

}  // namespace
}  // namespace shirgate::test
