// What the report is summed up in: sets that stay small, times in a fixed size, ranges of line numbers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "audit/dial_times.hpp"
#include "audit/few_of.hpp"
#include "audit/seen_lines.hpp"

namespace shirgate::test {
namespace {

TEST(FewOf, ListsTheFirstFewAndCountsTheOthersOnce) {
  FewOf few;
  few.add("");
  EXPECT_TRUE(few.empty());
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 20; ++i) few.add(std::to_string(i));
  EXPECT_EQ(few.listed(), (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7"}));
  EXPECT_EQ(few.more(), 12U);
  EXPECT_FALSE(few.more_is_least());
}

TEST(FewOf, SaysWhenItStoppedCounting) {
  FewOf few;
  for (std::size_t i = 0; i < FewOf::max_listed + FewOf::max_counted; ++i) few.add(std::to_string(i));
  EXPECT_EQ(few.more(), FewOf::max_counted);
  EXPECT_FALSE(few.more_is_least());
  few.add("one too many");
  EXPECT_EQ(few.more(), FewOf::max_counted);
  EXPECT_TRUE(few.more_is_least());
}

TEST(DialTimes, HasNoQuantileOfNothing) { EXPECT_FALSE(DialTimes().quantile(0.5)); }

TEST(DialTimes, IsExactForShortTimes) {
  DialTimes times;
  for (const auto time : {1U, 2U, 15U}) times.add(time);
  EXPECT_EQ(times.quantile(0.5)->count(), 2);
  EXPECT_EQ(times.quantile(0.99)->count(), 15);
}

TEST(DialTimes, IsAtMostAnEighthTooLong) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> microseconds(9, 2);
  DialTimes times;
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 10'000; ++i) times.add(all.emplace_back(static_cast<std::uint64_t>(microseconds(random))));
  std::sort(all.begin(), all.end());
  for (const auto q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const auto truth = all[static_cast<std::size_t>(q * 10'000) - 1];
    const auto told = static_cast<std::uint64_t>(times.quantile(q)->count());
    EXPECT_GE(told, truth) << q;
    EXPECT_LE(told, truth + truth / 8 + 1) << q;
  }
}

TEST(DialTimes, PutsWhatIsLongerThanTwoMinutesTogether) {
  DialTimes times;
  times.add(~std::uint64_t{0});
  EXPECT_GT(*times.quantile(0.5), std::chrono::seconds(120));
  DialTimes more;
  more.add(1);
  more.add(times);
  EXPECT_EQ(more.count(), 2U);
  EXPECT_EQ(more.quantile(0.5)->count(), 1);
}

TEST(SeenLines, TakesEachNumberOnceInAnyOrder) {
  std::mt19937 random(3);
  SeenLines seen;
  std::set<std::uint64_t> truth;
  for (int i = 0; i < 20'000; ++i) {
    const auto begin = std::uint64_t{random() % 500 + 1};
    for (auto seq = begin; seq < begin + random() % 20; ++seq)
      ASSERT_EQ(seen.add(seq), truth.insert(seq).second) << seq;
  }
}

}  // namespace
}  // namespace shirgate::test
