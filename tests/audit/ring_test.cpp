#include "audit/ring.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <thread>
#include <vector>

namespace shirgate::test {
namespace {

constexpr std::size_t framed(std::size_t size) { return size + sizeof(std::uint32_t); }
constexpr std::size_t smallest_capacity = 16 * framed(Ring::max_record_bytes);
const std::string largest(Ring::max_record_bytes, 'x');

std::vector<std::string> drained(Ring& ring) {
  std::vector<std::string> records;
  ring.drain([&](std::string_view record) { records.emplace_back(record); });
  return records;
}

std::size_t push_until_refused(Ring& ring, std::string_view record, Claim claim) {
  std::size_t taken = 0;
  while (ring.push(record, claim)) ++taken;
  return taken;
}

TEST(Ring, GivesBackWhatWasPushedInItsOrder) {
  Ring ring(0);
  for (const auto* record : {"one", "", "three"}) EXPECT_TRUE(ring.push(record, Claim::during));
  EXPECT_EQ(drained(ring), (std::vector<std::string>{"one", "", "three"}));
  EXPECT_TRUE(drained(ring).empty());
}

TEST(Ring, RefusesWhatIsLargerThanARecord) {
  Ring ring(0);
  EXPECT_TRUE(ring.push(largest, Claim::during));
  for (const auto claim : {Claim::refusal, Claim::opening, Claim::during, Claim::ending})
    EXPECT_FALSE(ring.push(largest + 'x', claim));
  EXPECT_EQ(drained(ring).size(), 1U);
}

TEST(Ring, LeavesAQuarterWhenRefusalsFillIt) {
  Ring ring(0);
  const std::string record(100, 'r');
  EXPECT_GT(push_until_refused(ring, record, Claim::refusal), 100U);
  EXPECT_LE(ring.fill(), 0.75);
  EXPECT_GT(ring.fill(), 0.74);
  EXPECT_TRUE(ring.push(record, Claim::opening)) << "a tunnel still finds room";
  EXPECT_FALSE(ring.push("r", Claim::refusal));
}

TEST(Ring, SetsTheRoomOfAnEndingAsideForEachOpening) {
  Ring ring(0);
  // Each opening costs its own bytes and the most an ending may have.
  const std::size_t expected = smallest_capacity / (framed(100) + framed(Ring::max_record_bytes));
  const auto opened = push_until_refused(ring, std::string(100, 'o'), Claim::opening);
  EXPECT_EQ(opened, expected);
  push_until_refused(ring, "d", Claim::during);
  push_until_refused(ring, "r", Claim::refusal);
  for (std::size_t i = 0; i < opened; ++i) EXPECT_TRUE(ring.push(largest, Claim::ending)) << i;
  EXPECT_EQ(drained(ring).back(), largest);
}

TEST(Ring, KeepsWhatIsSetAsideWhenItIsDrained) {
  Ring ring(0);
  const auto opened = push_until_refused(ring, "o", Claim::opening);
  drained(ring);
  push_until_refused(ring, largest, Claim::during);
  for (std::size_t i = 0; i < opened; ++i) EXPECT_TRUE(ring.push(largest, Claim::ending)) << i;
}

TEST(Ring, GivesTheRoomBackWithTheEnding) {
  Ring ring(0);
  const auto opened = push_until_refused(ring, "o", Claim::opening);
  for (std::size_t i = 0; i < opened; ++i) EXPECT_TRUE(ring.push("e", Claim::ending));
  drained(ring);
  EXPECT_EQ(push_until_refused(ring, "o", Claim::opening), opened);
}

TEST(Ring, WritesNothingWhenItRefuses) {
  Ring ring(0);
  const auto taken = push_until_refused(ring, largest, Claim::during);
  const auto before = ring.fill();
  EXPECT_FALSE(ring.push(largest, Claim::during));
  EXPECT_FALSE(ring.push("small", Claim::refusal));
  EXPECT_EQ(ring.fill(), before);
  EXPECT_EQ(drained(ring).size(), taken);
}

/// What the ring promises, as plainly as can be.
struct Model {
  std::size_t capacity;
  std::size_t used = 0;
  std::size_t reserved = 0;
  std::size_t open = 0;
  std::deque<std::string> records{};

  bool push(const std::string& record, Claim claim) {
    const std::size_t ending = framed(Ring::max_record_bytes);
    std::size_t needed = framed(record.size()) + (claim == Claim::ending ? 0 : reserved);
    if (claim == Claim::refusal) needed += capacity / 4;
    if (claim == Claim::opening) needed += ending;
    if (used + needed > capacity) return false;
    used += framed(record.size());
    if (claim == Claim::opening) reserved += ending, ++open;
    if (claim == Claim::ending) reserved -= ending, --open;
    records.push_back(record);
    return true;
  }
};

class RingModel : public testing::TestWithParam<std::size_t> {};

TEST_P(RingModel, AgreesOverManyRoundsOfTheRing) {
  std::mt19937 random(10);
  Ring ring(GetParam());
  Model model{std::max(GetParam(), smallest_capacity)};
  std::size_t endings = 0;
  for (int step = 0; step < 60'000; ++step) {
    auto claim = static_cast<Claim>(random() % 4);
    if (claim == Claim::ending && model.open == 0) claim = Claim::opening;
    const std::string record(random() % 8 == 0 ? Ring::max_record_bytes : random() % 300,
                             static_cast<char>('a' + random() % 26));
    const bool taken = ring.push(record, claim);
    ASSERT_EQ(taken, model.push(record, claim)) << "step " << step;
    if (claim == Claim::ending) {
      ASSERT_TRUE(taken) << "an ending always fits";
      ++endings;
    }
    if (random() % 40 != 0) continue;
    std::size_t drained_now = 0;
    ring.drain([&](std::string_view found) {
      ASSERT_EQ(found, model.records.front());
      model.records.pop_front();
      ++drained_now;
    });
    ASSERT_TRUE(model.records.empty());
    model.used = 0;
  }
  EXPECT_GT(endings, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Capacities, RingModel, testing::Values(0, 40'000, 40'001, 65'536, 100'003),
                         [](const auto& one) { return "Bytes" + std::to_string(one.param); });

TEST(Ring, PassesEverythingFromOneThreadToAnother) {
  constexpr std::uint32_t count = 200'000;
  Ring ring(0);
  std::thread producer([&ring] {
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto record = std::to_string(i) + std::string(i % 200, '.');
      while (!ring.push(record, Claim::during)) std::this_thread::yield();
    }
  });
  std::uint32_t expected = 0;
  bool in_order = true;
  while (expected < count) {
    const auto got = ring.drain([&](std::string_view record) {
      in_order &= record == std::to_string(expected) + std::string(expected % 200, '.');
      ++expected;
    });
    if (got == 0) std::this_thread::yield();
  }
  producer.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(ring.fill(), 0.0);
}

}  // namespace
}  // namespace shirgate::test
