#include "audit/refusal_merger.hpp"

#include <gtest/gtest.h>

#include "audit/fields.hpp"

namespace shirgate::test {
namespace {

using std::chrono::seconds;

constexpr WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);

/// Owns what an event only looks at.
struct Refused {
  Target target;
  Endpoint client;
  Reason reason = Reason::host_not_listed;

  [[nodiscard]] Event at(WallTime when) const {
    return {.action = Action::denied,
            .at = when,
            .client = client,
            .runtime = Name("prod"),
            .channel = Name("staged"),
            .rule = Name("prod/staged"),
            .reason = reason,
            .stage = Stage::policy,
            .target = &target};
  }
};

Refused refused(std::string_view host, std::string_view client = "10.20.0.21:40000") {
  return {*parse_target(std::string(host) + ":443"), *parse_endpoint(client)};
}

/// What a merged event says, copied out of it.
struct Merged {
  std::uint64_t count;
  WallTime first;
  WallTime last;
  std::string host;
  std::string line;
};

std::vector<Merged> flushed(RefusalMerger& merger, WallTime now, bool all = false) {
  std::vector<Merged> found;
  merger.flush(now, all, [&](const Event& event) {
    std::string line;
    append_json(line, event);
    found.push_back({event.count, event.first_at.value_or(WallTime{}), event.at,
                     event.target == nullptr ? "" : event.target->host.text(), line});
  });
  return found;
}

/// How many of `times` equal refusals, a second apart, stand alone.
std::size_t alone(RefusalMerger& merger, const Refused& what, int times, WallTime from = noon) {
  std::size_t count = 0;
  for (int i = 0; i < times; ++i) count += merger.stands_alone(what.at(from + seconds(i))) ? 1U : 0U;
  return count;
}

TEST(RefusalMerger, LetsTwentyAMinuteStandAlone) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  EXPECT_EQ(alone(merger, refused("a.example"), 50), 20U);
}

TEST(RefusalMerger, MergesTheRestIntoOneEventWithCountFirstAndLast) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  alone(merger, refused("a.example"), 50);
  EXPECT_TRUE(flushed(merger, noon + seconds(59)).empty()) << "its minute is not over";
  const auto found = flushed(merger, noon + seconds(60));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].count, 30U);
  EXPECT_EQ(found[0].first, noon + seconds(20));
  EXPECT_EQ(found[0].last, noon + seconds(49));
  EXPECT_EQ(found[0].host, "a.example");
  for (const auto* part : {R"("source.ip":"10.20.0.21")", R"("shirgate.runtime":"prod")", R"("shirgate.count":30)",
                           R"("shirgate.channel":"staged")", R"("shirgate.rule":"prod/staged")",
                           R"("shirgate.reason":"host_not_listed")", R"("event.action":"denied")"})
    EXPECT_NE(found[0].line.find(part), std::string::npos) << part << " in " << found[0].line;
  EXPECT_EQ(found[0].line.find("source.port"), std::string::npos) << "merged over many ports";
}

TEST(RefusalMerger, BeginsAnewWhenTheMinuteIsOver) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  alone(merger, refused("a.example"), 50);
  flushed(merger, noon + seconds(60));
  EXPECT_EQ(alone(merger, refused("a.example"), 50, noon + seconds(61)), 20U);
  EXPECT_EQ(flushed(merger, noon + seconds(200)).size(), 1U);
}

TEST(RefusalMerger, SaysNothingAboutAFloodThatStoodAlone) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  alone(merger, refused("a.example"), 20);
  EXPECT_TRUE(flushed(merger, noon + seconds(60)).empty());
}

TEST(RefusalMerger, HandsEverythingOutAtTheEnd) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  alone(merger, refused("a.example"), 21);
  const auto found = flushed(merger, noon + seconds(21), true);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].count, 1U);
  EXPECT_TRUE(flushed(merger, noon + seconds(300), true).empty());
}

TEST(RefusalMerger, KeepsHostsClientsAndReasonsApart) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  auto other_reason = refused("a.example");
  other_reason.reason = Reason::port_not_listed;
  EXPECT_EQ(alone(merger, refused("a.example"), 30), 20U);
  EXPECT_EQ(alone(merger, refused("b.example"), 30), 20U);
  EXPECT_EQ(alone(merger, refused("a.example", "10.20.0.22:40000"), 30), 20U);
  EXPECT_EQ(alone(merger, other_reason, 30), 20U);
  EXPECT_EQ(flushed(merger, noon + seconds(60)).size(), 4U);
}

TEST(RefusalMerger, TakesAnotherPortOfTheClientForTheSameFlood) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  alone(merger, refused("a.example", "10.20.0.21:40000"), 20);
  EXPECT_EQ(alone(merger, refused("a.example", "10.20.0.21:40001"), 5), 0U);
}

TEST(RefusalMerger, ComparesWhatWasAskedWhereNoTargetCouldBeMade) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  Event event{
      .action = Action::denied, .at = noon, .client = Endpoint{}, .reason = Reason::bad_host, .asked = "a_b:443"};
  for (int i = 0; i < 25; ++i) EXPECT_EQ(merger.stands_alone(event), i < 20) << i;
  event.asked = "c_d:443";
  EXPECT_TRUE(merger.stands_alone(event));
  const auto found = flushed(merger, noon + seconds(60));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].line.find(R"("shirgate.asked":"a_b:443")"), std::string::npos) << found[0].line;
}

TEST(RefusalMerger, CopiesWhatItKeeps) {
  RefusalQuota quota(1'000'000);
  RefusalMerger merger(quota);
  {
    auto gone = std::make_unique<Refused>(refused("gone.example"));
    alone(merger, *gone, 21);
  }
  EXPECT_EQ(flushed(merger, noon + seconds(60)).at(0).host, "gone.example");
}

class FullMerger : public testing::Test {
 protected:
  FullMerger() {
    for (std::size_t i = 0; i < RefusalMerger::max_floods; ++i)
      EXPECT_TRUE(merger_.stands_alone(refused("h" + std::to_string(i) + ".example").at(noon)));
  }
  RefusalQuota quota_{1'000'000};
  RefusalMerger merger_{quota_};
};

TEST_F(FullMerger, SharesOneEntryPerReasonAmongNewFloods) {
  std::size_t standing_alone = 0;
  for (int i = 0; i < 10'000; ++i)
    standing_alone += merger_.stands_alone(refused("x" + std::to_string(i) + ".example").at(noon)) ? 1U : 0U;
  EXPECT_EQ(standing_alone, 20U);
  const auto found = flushed(merger_, noon + seconds(60));
  ASSERT_EQ(found.size(), 1U) << "the known floods had one refusal each";
  EXPECT_EQ(found[0].count, 9980U);
}

TEST_F(FullMerger, NamesNobodyInTheSharedEntry) {
  alone(merger_, refused("x.example"), 30);
  const auto line = flushed(merger_, noon + seconds(60)).at(0).line;
  for (const auto key : {field::client_ip, field::host, field::runtime, field::channel, field::rule, field::asked})
    EXPECT_EQ(line.find("\"" + std::string(key) + "\""), std::string::npos) << key << " in " << line;
}

TEST_F(FullMerger, StillCountsTheFloodsItKnows) {
  EXPECT_EQ(alone(merger_, refused("h7.example"), 30), 19U);
  EXPECT_EQ(flushed(merger_, noon + seconds(60)).at(0).host, "h7.example");
}

TEST_F(FullMerger, HasRoomAgainAfterAMinute) {
  flushed(merger_, noon + seconds(60));
  alone(merger_, refused("x.example"), 30);
  EXPECT_EQ(flushed(merger_, noon + seconds(120)).at(0).host, "x.example");
}

}  // namespace
}  // namespace shirgate::test
