// Every expectation about a walk can break: a flawless one, bent in one place at a time.
#include "lab/walk_expectation.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

struct Walk {
  Scenario scenario;
  std::vector<Told> told;
  std::vector<SiteSaw> sites;
};

/// One errand that worked, one that was refused.
Walk flawless_walk() {
  Walk walk;
  walk.scenario.network.answers["a.example"] = {*parse_address("10.30.0.4")};
  walk.told.push_back(
      {{"control", "registration", "a.example", 443, {.local_port = 1, .status = 200, .sent = 10, .received = 20}},
       {line(R"({"event.action":"open","shirgate.channel":"control","destination.ip":"10.30.0.4"})"),
        line(R"({"event.action":"checked","tls.client.server_name":"a.example"})"),
        line(
            R"({"event.action":"close","source.bytes":10,"destination.bytes":20,"shirgate.reason":"client_closed"})")}});
  walk.told.push_back({{"relay", "listening", "b.example", 443, {.local_port = 2, .status = 403, .trouble = "no"}},
                       {line(R"({"event.action":"denied","shirgate.reason":"host_not_listed"})")}});
  walk.sites = {{"a.example", 443, {{"a.example", {}, 10, 20}}}, {"b.example", 443, {}}, {"c.example", 443, {}}};
  return walk;
}

struct Bend {
  std::string_view name;
  void (*bend)(Walk& walk);
  std::string_view claim;
};

void log_it_twice(Walk& walk) { walk.told[0].trail.push_back(walk.told[0].trail.back()); }
void log_another_channel(Walk& walk) { walk.told[0].errand.channel = "staged"; }
void lead_elsewhere(Walk& walk) { walk.scenario.network.answers["a.example"] = {*parse_address("10.30.0.5")}; }
void log_another_name(Walk& walk) { walk.told[0].trail[1] = line(R"({"event.action":"checked"})"); }
void send_one_byte_more(Walk& walk) { ++walk.told[0].errand.visit.sent; }
void end_nothing(Walk& walk) { walk.told[1].trail.clear(); }
void lose_one_byte(Walk& walk) { --walk.sites[0].connections[0].received; }
void answer_one_byte_more(Walk& walk) { ++walk.sites[0].connections[0].sent; }
void show_another_name(Walk& walk) { walk.sites[0].connections[0].sni = "z.example"; }
void come_twice(Walk& walk) { walk.sites[0].connections.push_back({}); }
void touch_a_stranger(Walk& walk) { walk.sites[2].connections.push_back({}); }

class BentWalk : public testing::TestWithParam<Bend> {};

TEST_P(BentWalk, IsSeen) {
  auto walk = flawless_walk();
  GetParam().bend(walk);
  const auto broken = broken_lines(judge_walk(walk.scenario, walk.told, walk.sites));
  EXPECT_NE(broken.find(GetParam().claim), std::string::npos) << broken;
}

INSTANTIATE_TEST_SUITE_P(Table, BentWalk,
                         testing::Values(Bend{"LoggedTwice", log_it_twice, "opens, checks and closes it once"},
                                         Bend{"AnotherChannel", log_another_channel, "the log calls it staged"},
                                         Bend{"AnotherAddress", lead_elsewhere, "is one the name leads to"},
                                         Bend{"AnotherName", log_another_name, "the log saw the host as SNI"},
                                         Bend{"ByteMore", send_one_byte_more, "client and log counted the same bytes"},
                                         Bend{"NoEnd", end_nothing, "the log ends it once"},
                                         Bend{"ByteLost", lose_one_byte, "every byte"},
                                         Bend{"ByteTooMany", answer_one_byte_more, "every byte"},
                                         Bend{"NameAtTheSite", show_another_name, "every byte"},
                                         Bend{"CameTwice", come_twice, "every byte"},
                                         Bend{"Stranger", touch_a_stranger, "nobody went there"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(JudgeWalk, HoldsWhereNothingIsBent) {
  const auto walk = flawless_walk();
  EXPECT_EQ(broken_lines(judge_walk(walk.scenario, walk.told, walk.sites)), "");
}

TEST(JudgeStatements, ComparesChannelsStatusAndReport) {
  Scenario scenario;
  scenario.status = "Limited";
  scenario.refused = {"a.example:443 host_not_listed"};
  const ChannelResult relay{.channel = "relay",
                            .expected = {Outcome::blocked, {Reason::host_not_listed}},
                            .found = {Outcome::blocked, {Reason::host_not_listed}}};
  EXPECT_EQ(broken_lines(judge_statements(scenario, {relay}, {"a.example:443 host_not_listed"}, {})), "");
  auto another = relay;
  another.found.reasons = {Reason::dns_timeout};
  EXPECT_NE(broken_lines(judge_statements(scenario, {another}, {}, {"b"})), "");
  const auto broken = judge_statements(scenario, {another}, {"x"}, {"b"});
  EXPECT_EQ(std::count_if(broken.begin(), broken.end(), [](const auto& each) { return !each.held; }), 3);
}

}  // namespace
}  // namespace shirgate::lab
