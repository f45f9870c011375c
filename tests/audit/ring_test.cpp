#include "audit/ring.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include "ring_on_disk.hpp"

namespace shirgate::test {
namespace {

constexpr std::size_t framed(std::size_t size) { return size + sizeof(std::uint32_t); }
constexpr std::size_t smallest_capacity = 16 * framed(Ring::max_record_bytes);
const std::string largest(Ring::max_record_bytes, 'x');

std::vector<std::string> drained(Ring& ring) {
  std::vector<std::string> records;
  drain(ring, [&](std::string_view record) { records.emplace_back(record); });
  return records;
}

std::size_t push_until_refused(Ring& ring, std::string_view record, Claim claim) {
  std::size_t taken = 0;
  while (ring.push(record, claim)) ++taken;
  return taken;
}

TEST(Ring, GivesBackWhatWasPushedInItsOrder) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  for (const auto* record : {"one", "", "three"}) EXPECT_TRUE(ring.push(record, Claim::during));
  EXPECT_EQ(drained(ring), (std::vector<std::string>{"one", "", "three"}));
  EXPECT_TRUE(drained(ring).empty());
}

TEST(Ring, RefusesWhatIsLargerThanARecord) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  EXPECT_TRUE(ring.push(largest, Claim::during));
  for (const auto claim : {Claim::refusal, Claim::opening, Claim::during, Claim::ending})
    EXPECT_FALSE(ring.push(largest + 'x', claim));
  EXPECT_EQ(drained(ring).size(), 1U);
}

TEST(Ring, LeavesAQuarterWhenRefusalsFillIt) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  const std::string record(100, 'r');
  EXPECT_GT(push_until_refused(ring, record, Claim::refusal), 100U);
  EXPECT_LE(ring.fill(), 0.75);
  EXPECT_GT(ring.fill(), 0.74);
  EXPECT_TRUE(ring.push(record, Claim::opening)) << "a tunnel still finds room";
  EXPECT_FALSE(ring.push("r", Claim::refusal));
}

TEST(Ring, SetsTheRoomOfAnEndingAsideForEachOpening) {
  const RingOnDisk own(0);
  auto& ring = own.get();
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
  const RingOnDisk own(0);
  auto& ring = own.get();
  const auto opened = push_until_refused(ring, "o", Claim::opening);
  drained(ring);
  push_until_refused(ring, largest, Claim::during);
  for (std::size_t i = 0; i < opened; ++i) EXPECT_TRUE(ring.push(largest, Claim::ending)) << i;
}

TEST(Ring, GivesTheRoomBackWithTheEnding) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  const auto opened = push_until_refused(ring, "o", Claim::opening);
  for (std::size_t i = 0; i < opened; ++i) EXPECT_TRUE(ring.push("e", Claim::ending));
  drained(ring);
  EXPECT_EQ(push_until_refused(ring, "o", Claim::opening), opened);
}

TEST(Ring, WritesNothingWhenItRefuses) {
  const RingOnDisk own(0);
  auto& ring = own.get();
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
  const RingOnDisk own(GetParam());
  auto& ring = own.get();
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
    drain(ring, [&](std::string_view found) {
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
  const RingOnDisk own(0);
  auto& ring = own.get();
  std::thread producer([&ring] {
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto record = std::to_string(i) + std::string(i % 200, '.');
      while (!ring.push(record, Claim::during)) std::this_thread::yield();
    }
  });
  std::uint32_t expected = 0;
  bool in_order = true;
  while (expected < count) {
    const auto got = drain(ring, [&](std::string_view record) {
      in_order &= record == std::to_string(expected) + std::string(expected % 200, '.');
      ++expected;
    });
    if (got == 0) std::this_thread::yield();
  }
  producer.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(ring.fill(), 0.0);
}

TEST(Ring, HandsOutAgainWhatWasReadAndNotReleased) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  for (const auto* record : {"one", "two"}) EXPECT_TRUE(ring.push(record, Claim::during));
  EXPECT_EQ(ring.peek(), "one");
  EXPECT_EQ(ring.peek(), "one") << "looking is not reading";
  ring.pop();
  EXPECT_EQ(ring.peek(), "two");
  EXPECT_EQ(ring.released(), 0U);
  ring.rewind();
  EXPECT_EQ(drained(ring), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(ring.released(), ring.pushed());
}

TEST(Ring, IsOnlyFreedByRelease) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  push_until_refused(ring, largest, Claim::during);
  while (ring.peek()) ring.pop();
  EXPECT_FALSE(ring.push(largest, Claim::during));
  ring.release();
  EXPECT_TRUE(ring.push(largest, Claim::during));
}

TEST(Ring, KeepsWhatWasPushedForWhoeverOpensItsFileNext) {
  const RingOnDisk own(0);
  for (const auto* record : {"one", "two", "three"}) EXPECT_TRUE(own.get().push(record, Claim::during));
  own.get().pop();
  own.get().mark(7);
  own.get().pop();  // read by a batch that nobody marked
  const auto left = Ring::open(own.path());
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ((*left)->peek(), "one");
  (*left)->release_batch(6);
  EXPECT_EQ((*left)->peek(), "one") << "another batch";
  (*left)->release_batch(7);
  EXPECT_EQ((*left)->peek(), "two");
  (*left)->release_batch(7);
  EXPECT_EQ(drained(**left), (std::vector<std::string>{"two", "three"}));
}

TEST(Ring, RefusesAFileThatIsNoRing) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/0.ring";
  EXPECT_EQ(Ring::open(path).error().text(), "audit: can't open " + path + ": No such file or directory");
  const RingOnDisk own(0);
  EXPECT_TRUE(own.get().push("record", Claim::during));
  const auto whole = [&] {
    std::ifstream file(own.path(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  constexpr std::size_t page = 4096;
  for (const std::size_t at : {std::size_t{0}, std::size_t{8}, std::size_t{16}, page + 3}) {
    auto bent = whole;
    bent[at] ^= 0x40;
    std::ofstream(path, std::ios::binary) << bent;
    EXPECT_EQ(Ring::open(path).error().text(), "audit: " + path +
                                                   " can't be read: damaged, or of another version; move it away, and "
                                                   "the last events it holds are lost")
        << "byte " << at;
  }
  std::ofstream(path, std::ios::binary) << whole.substr(0, 5000);
  EXPECT_TRUE(Ring::open(path).has_error());
}

TEST(Ring, SaysWhatItCanNotMake) {
  EXPECT_EQ(Ring::create("/nowhere/0.ring", 0).error().text(),
            "audit: can't make /nowhere/0.ring.new: No such file or directory");
}

}  // namespace
}  // namespace shirgate::test
