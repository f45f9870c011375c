// A line that delays, loses and lets through only so much; the test is its clock.
#include "lab/slow_line.hpp"

#include <gtest/gtest.h>

namespace shirgate::lab {
namespace {

using namespace std::chrono_literals;

constexpr SlowLine::Time start{1h};

TEST(SlowLine, LetsThroughAtOnceWhereItIsGood) {
  SlowLine line({}, 1);
  line.take("a", 1, Fate::open, start);
  EXPECT_EQ(line.arrived(start), "a");
  EXPECT_EQ(line.arrived(start), std::nullopt);
  EXPECT_EQ(line.next(), std::nullopt);
}

TEST(SlowLine, KeepsAPacketForItsDelay) {
  SlowLine line({.delay = 20ms}, 1);
  line.take("a", 1, Fate::open, start);
  line.take("b", 1, Fate::open, start + 5ms);
  EXPECT_EQ(line.next(), start + 20ms);
  EXPECT_EQ(line.arrived(start + 19ms), std::nullopt);
  EXPECT_EQ(line.arrived(start + 20ms), "a");
  EXPECT_EQ(line.arrived(start + 24ms), std::nullopt);
  EXPECT_EQ(line.arrived(start + 25ms), "b");
}

TEST(SlowLine, TakesTheTimeOfItsBytes) {
  SlowLine line({.delay = 10ms, .bytes_per_second = 1'000'000}, 1);
  line.take("a", 2000, Fate::open, start);
  line.take("b", 3000, Fate::open, start);
  EXPECT_EQ(line.next(), start + 12ms);
  EXPECT_EQ(line.arrived(start + 12ms), "a");
  EXPECT_EQ(line.next(), start + 15ms);
  EXPECT_EQ(line.arrived(start + 15ms), "b");
  // A line that was idle saves nothing up.
  line.take("c", 1000, Fate::open, start + 1s);
  EXPECT_EQ(line.next(), start + 1s + 11ms);
}

std::size_t arrived_of(SlowLine& line, std::size_t packets, std::size_t size, Fate fate) {
  for (std::size_t i = 0; i < packets; ++i) line.take("x", size, fate, start);
  std::size_t arrived = 0;
  while (line.arrived(start + 1h)) ++arrived;
  return arrived;
}

TEST(SlowLine, LosesItsShare) {
  SlowLine line({.loss_percent = 10}, 1);
  const auto arrived = arrived_of(line, 10'000, 1, Fate::open);
  EXPECT_GT(arrived, 8'800U);
  EXPECT_LT(arrived, 9'200U);
}

TEST(SlowLine, LosesNothingThatIsSafe) {
  SlowLine line({.loss_percent = 50, .bytes_per_second = 1000}, 1);
  EXPECT_EQ(arrived_of(line, 1000, 1000, Fate::safe), 1000U);
}

TEST(SlowLine, LosesWhatFindsItsBufferFull) {
  SlowLine line({.bytes_per_second = 1'000'000}, 1);
  // 65,536 bytes, a tenth of a second, and the packet that is being sent.
  EXPECT_EQ(arrived_of(line, 1000, 1000, Fate::open), 166U);
}

}  // namespace
}  // namespace shirgate::lab
