#include "proxy/gate/metrics.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "proxy/gate/metrics_file.hpp"
#include "tests/audit/journal_reading.hpp"
#include "tests/audit/temporary_directory.hpp"

namespace shirgate::test {
namespace {

/// "name{label="value"}" -> number, of every line that is no comment; fails on what is none of both.
std::map<std::string, double> series_in(const std::string& text) {
  const std::regex sample(R"re((shirgate_[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"\})?) (\d+(?:\.\d+)?))re");
  std::map<std::string, double> series;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP shirgate_") || line.starts_with("# TYPE shirgate_")) continue;
    std::smatch parts;
    EXPECT_TRUE(std::regex_match(line, parts, sample)) << line;
    if (!parts.empty()) {
      EXPECT_TRUE(series.emplace(parts[1], std::stod(parts[2])).second) << line;
    }
  }
  return series;
}

std::set<std::string> names_of(const std::map<std::string, double>& series) {
  std::set<std::string> names;
  for (const auto& [name, value] : series) names.insert(name);
  return names;
}

GateNumbers some_numbers() {
  return {.version = "1.2.3",
          .started = 1'795'314'576,
          .configuration = 4,
          .connections = 17,
          .max_connections = 8000,
          .reporting = {"contoso-prod"},
          .audit_healthy = false,
          .audit_lines = 12,
          .sinks = {{.name = "siem", .delivered_lines = 9, .lag_lines = 3, .lag_seconds = 2.5, .failures = 1}}};
}

TEST(Metrics, TellEveryNumber) {
  auto numbers = some_numbers();
  numbers.events.opened = 5;
  numbers.events.ended[static_cast<std::size_t>(Reason::host_not_listed)] = 6;
  numbers.events.reported[static_cast<std::size_t>(Reason::port_not_listed)] = 7;
  numbers.events.first_uses = 8;
  numbers.events.bytes_from_client = 1'000'000'000'000;
  const auto series = series_in(metrics_text(numbers));
  const std::map<std::string, double> expected{{R"(shirgate_build_info{version="1.2.3"})", 1},
                                               {"shirgate_start_time_seconds", 1'795'314'576},
                                               {"shirgate_configuration_number", 4},
                                               {"shirgate_connections", 17},
                                               {"shirgate_connections_limit", 8000},
                                               {"shirgate_opened_total", 5},
                                               {R"(shirgate_ended_total{reason="host_not_listed"})", 6},
                                               {R"(shirgate_ended_total{reason="client_closed"})", 0},
                                               {R"(shirgate_reported_total{reason="port_not_listed"})", 7},
                                               {R"(shirgate_reporting{runtime="contoso-prod"})", 1},
                                               {"shirgate_first_uses_total", 8},
                                               {R"(shirgate_bytes_total{from="client"})", 1e12},
                                               {R"(shirgate_bytes_total{from="upstream"})", 0},
                                               {"shirgate_audit_healthy", 0},
                                               {"shirgate_audit_lines_total", 12},
                                               {R"(shirgate_sink_connected{sink="siem"})", 0},
                                               {R"(shirgate_sink_lag_lines{sink="siem"})", 3},
                                               {R"(shirgate_sink_lag_seconds{sink="siem"})", 2.5},
                                               {R"(shirgate_sink_delivered_lines_total{sink="siem"})", 9},
                                               {R"(shirgate_sink_failures_total{sink="siem"})", 1}};
  for (const auto& [name, value] : expected) {
    const auto found = series.find(name);
    ASSERT_NE(found, series.end()) << name;
    EXPECT_EQ(found->second, value) << name;
  }
  EXPECT_EQ(series.count(R"(shirgate_ended_total{reason="allowed"})"), 0U) << "which is no end";
}

TEST(Metrics, SayOfEachRowWhatItIs) {
  const auto text = metrics_text(some_numbers());
  for (const auto& row : metrics_table()) {
    EXPECT_NE(
        text.find(fmt::format("# HELP {} {}\n# TYPE {} {}\n{}", row.name, row.help, row.name, row.type, row.name)),
        std::string::npos)
        << row.name;
    EXPECT_EQ(row.type == "counter", row.name.ends_with("_total")) << row.name;
  }
}

// LOG-011
TEST(Metrics, AreNotForgedByANameThatHoldsALine) {
  auto numbers = some_numbers();
  numbers.reporting = {"a\"} 1\nfake_metric 2", "back\\slash"};
  const auto text = metrics_text(numbers);
  EXPECT_EQ(text.find("\nfake_metric"), std::string::npos);
  const auto series = series_in(text);
  EXPECT_EQ(series.count(R"(shirgate_reporting{runtime="a\"} 1\nfake_metric 2"})"), 1U);
  EXPECT_EQ(series.count(R"(shirgate_reporting{runtime="back\\slash"})"), 1U);
}

// LOG-010
TEST(Metrics, HaveNoMoreSeriesHoweverManyHostsAreRefused) {
  const TemporaryDirectory directory;
  const auto journal = open_journal(directory.path());
  const auto text = [&] {
    auto numbers = some_numbers();
    numbers.events = journal->totals();
    return metrics_text(numbers);
  };
  const auto before = names_of(series_in(text()));
  constexpr int hosts = 100'000;
  for (int i = 0; i < hosts; ++i) {
    const auto target = parse_target(fmt::format("h{}.example:443", i));
    ASSERT_TRUE(target.has_value());
    static_cast<void>(journal->writer(0).append({.action = Action::denied,
                                                 .at = std::chrono::system_clock::now(),
                                                 .client = Endpoint{*parse_address("10.20.0.21"), 40'000},
                                                 .reason = Reason::host_not_listed,
                                                 .target = &*target}));
  }
  const auto after = series_in(text());
  EXPECT_EQ(names_of(after), before);
  EXPECT_EQ(after.at(R"(shirgate_ended_total{reason="host_not_listed"})"), hosts) << "each counts, merged or not";
}

TEST(EventCounts, CountWhatWasToldAndOnlyTunnelsThatOpened) {
  const TemporaryDirectory directory;
  auto settings = settings_for(directory.path());
  bool may_open = true;
  settings.may_open = [&] { return may_open; };
  const auto journal = open_journal(settings);
  auto& writer = journal->writer(0);
  auto open = tunnel_event(Action::open, 1);
  open.first_use = true;
  open.would_deny = Reason::host_not_listed;
  EXPECT_TRUE(writer.append(open).taken);
  may_open = false;
  EXPECT_FALSE(writer.append(tunnel_event(Action::open, 2)).taken);
  auto close = tunnel_event(Action::close, 1);
  close.reason = Reason::client_closed;
  close.would_deny = Reason::host_not_listed;
  close.traffic = Traffic{.from_client = 10, .from_upstream = 20};
  EXPECT_TRUE(writer.append(close).taken);
  const auto totals = journal->totals();
  EXPECT_EQ(totals.opened, 1U);
  EXPECT_EQ(totals.ended[static_cast<std::size_t>(Reason::client_closed)], 1U);
  EXPECT_EQ(totals.reported[static_cast<std::size_t>(Reason::host_not_listed)], 1U) << "told twice, let out once";
  EXPECT_EQ(totals.first_uses, 1U);
  EXPECT_EQ(totals.bytes_from_client, 10U);
  EXPECT_EQ(totals.bytes_from_upstream, 20U);
}

class MetricsFileTest : public testing::Test {
 protected:
  Checked<std::unique_ptr<MetricsFile>> start() {
    return MetricsFile::start({.path = path_,
                               .interval = std::chrono::milliseconds(5),
                               .text = [this] { return fmt::format("times {}\n", ++times_); },
                               .on_trouble =
                                   [this](std::string_view text) {
                                     const std::scoped_lock lock(mutex_);
                                     troubles_.emplace_back(text);
                                   }});
  }
  std::size_t troubles() {
    const std::scoped_lock lock(mutex_);
    return troubles_.size();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/folder/shirgate.prom";
  std::atomic<int> times_{0};
  std::mutex mutex_;
  std::vector<std::string> troubles_;
};

TEST_F(MetricsFileTest, IsWrittenAtOnceAndAgainAndGoesWithTheGate) {
  std::filesystem::create_directory(directory_.path() + "/folder");
  {
    const auto file = start();
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(text_of(path_).starts_with("times "));
    EXPECT_TRUE(holds_soon([&] { return std::stoi(text_of(path_).substr(6)) > 3; }));
    EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0644)) << "whoever scrapes it";
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  EXPECT_EQ(troubles(), 0U);
}

TEST_F(MetricsFileTest, IsWrittenWhereSomebodyLeftAPipeInItsWay) {
  std::filesystem::create_directory(directory_.path() + "/folder");
  ASSERT_EQ(::mkfifo((path_ + ".new").c_str(), 0600), 0);
  const auto before = ::umask(0077);
  const auto file = start();
  ::umask(before);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0644));
}

TEST_F(MetricsFileTest, IsAComplaintWhereItCanNotBeWrittenAtFirst) {
  const auto file = start();
  ASSERT_TRUE(file.has_error());
  EXPECT_EQ(file.error().text(), "[metrics] file = \"" + path_ + "\": can't be written: No such file or directory");
}

TEST_F(MetricsFileTest, IsOneComplaintAndOneAllClearWhereItsFolderGoesAndComesBack) {
  const auto folder = directory_.path() + "/folder";
  std::filesystem::create_directory(folder);
  const auto file = start();
  ASSERT_TRUE(file.has_value());
  std::filesystem::rename(folder, folder + ".away");
  ASSERT_TRUE(holds_soon([&] { return troubles() == 1; }));
  std::filesystem::rename(folder + ".away", folder);
  ASSERT_TRUE(holds_soon([&] { return troubles() == 2; }));
  const std::scoped_lock lock(mutex_);
  EXPECT_NE(troubles_[0].find("can't be written"), std::string::npos);
  EXPECT_EQ(troubles_[1], path_ + " is written again");
}

}  // namespace
}  // namespace shirgate::test
