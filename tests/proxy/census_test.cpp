#include "proxy/relay/census.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace shirgate::test {
namespace {

void count_in(BulkCensus& census, std::size_t worker, int times) {
  for (int i = 0; i < times; ++i) census.count_in(worker);
}

TEST(BulkCensus, LeavesASingleTunnelWhereItIs) {
  BulkCensus census(2);
  census.count_in(0);
  EXPECT_FALSE(census.quieter_than(0)) << "it would only change places";
}

TEST(BulkCensus, FindsTheWorkerWithTheFewest) {
  BulkCensus census(4);
  count_in(census, 0, 5);
  count_in(census, 1, 3);
  count_in(census, 2, 1);
  count_in(census, 3, 2);
  EXPECT_EQ(census.quieter_than(0), 2U);
  EXPECT_EQ(census.quieter_than(1), 2U);
  EXPECT_FALSE(census.quieter_than(2));
  EXPECT_FALSE(census.quieter_than(3)) << "two there and one here are as good as the other way round";
}

TEST(BulkCensus, FindsNothingBetterThanAnEvenSpread) {
  BulkCensus census(3);
  for (const std::size_t worker : {0U, 1U, 2U}) count_in(census, worker, 4);
  census.count_in(1);
  for (const std::size_t worker : {0U, 1U, 2U}) EXPECT_FALSE(census.quieter_than(worker)) << worker;
  census.count_in(1);
  EXPECT_TRUE(census.quieter_than(1));
  census.count_out(1);
  EXPECT_FALSE(census.quieter_than(1));
  EXPECT_EQ(census.bulk(1), 5);
}

TEST(BulkCensus, LetsNobodySetOutOnceItIsClosed) {
  BulkCensus census(2);
  EXPECT_TRUE(census.nobody_on_the_way());
  EXPECT_TRUE(census.set_out());
  EXPECT_FALSE(census.nobody_on_the_way());
  census.close();
  EXPECT_FALSE(census.set_out());
  EXPECT_FALSE(census.nobody_on_the_way()) << "the first is still under way";
  census.arrived();
  EXPECT_TRUE(census.nobody_on_the_way());
}

/// Who closes it and then finds nobody on the way may be sure that nobody will be.
TEST(BulkCensus, NeverShowsAnEmptyRoadWhileSomebodyMaySetOut) {
  for (int round = 0; round < 2000; ++round) {
    BulkCensus census(2);
    std::atomic<bool> stopped{false};
    std::atomic<bool> late{false};
    std::thread traveller([&] {
      while (census.set_out()) {
        if (stopped) late = true;
        census.arrived();
      }
    });
    census.close();
    while (!census.nobody_on_the_way()) std::this_thread::yield();
    stopped = true;
    traveller.join();
    ASSERT_FALSE(late) << round;
  }
}

}  // namespace
}  // namespace shirgate::test
