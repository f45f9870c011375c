// The room of an ending moves from one ring to another with its tunnel: an ending always fits, in whichever ring it is.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "audit/ring.hpp"

#include "ring_on_disk.hpp"

namespace shirgate::test {
namespace {

const std::string largest(Ring::max_record_bytes, 'x');

std::size_t count_drained(Ring& ring) {
  return drain(ring, [](std::string_view) {});
}

std::size_t push_until_refused(Ring& ring, std::string_view record, Claim claim) {
  std::size_t taken = 0;
  while (ring.push(record, claim)) ++taken;
  return taken;
}

std::size_t reserve_until_refused(Ring& ring) {
  std::size_t taken = 0;
  while (ring.reserve_ending()) ++taken;
  return taken;
}

TEST(RingEndings, OfOtherRingsFitOnceTheyAreReserved) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  const auto reserved = reserve_until_refused(ring);
  EXPECT_EQ(reserved, 16U) << "the smallest ring has room for as many of the largest records";
  EXPECT_FALSE(ring.push("d", Claim::during));
  EXPECT_FALSE(ring.push("o", Claim::opening));
  for (std::size_t i = 0; i < reserved; ++i) EXPECT_TRUE(ring.push(largest, Claim::ending)) << i;
  EXPECT_EQ(count_drained(ring), reserved);
}

TEST(RingEndings, AreNotReservedInAFullRing) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  push_until_refused(ring, largest, Claim::during);
  EXPECT_FALSE(ring.reserve_ending());
  count_drained(ring);
  EXPECT_TRUE(ring.reserve_ending());
}

TEST(RingEndings, AreNotReservedAtTheCostOfOthers) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  const auto opened = push_until_refused(ring, "o", Claim::opening);
  const auto reserved = reserve_until_refused(ring);
  EXPECT_LE(reserved, 1U);
  for (std::size_t i = 0; i < opened + reserved; ++i) EXPECT_TRUE(ring.push(largest, Claim::ending)) << i;
}

TEST(RingEndings, GiveTheirRoomBackWhenTheyLeave) {
  const RingOnDisk own(0);
  auto& ring = own.get();
  const auto opened = push_until_refused(ring, "o", Claim::opening);
  count_drained(ring);
  for (std::size_t i = 0; i < opened; ++i) ring.release_ending();
  EXPECT_EQ(push_until_refused(ring, "o", Claim::opening), opened);
  EXPECT_FALSE(ring.push(largest, Claim::during)) << "and no more room than there is";
}

/// Tunnels that open in either of two rings, move and end, beside others that take whatever room they get.
class TwoRings {
 public:
  void step(std::mt19937& random) {
    const auto here = random() % 2;
    switch (random() % 6) {
      case 0: open_[here] += rings_[here].get().push(record(random), Claim::opening) ? 1U : 0U; break;
      case 1: static_cast<void>(rings_[here].get().push(record(random), Claim::during)); break;
      case 2: static_cast<void>(rings_[here].get().push(record(random), Claim::refusal)); break;
      case 3: move(here); break;
      case 4: end(here); break;
      default:
        if (random() % 8 == 0) count_drained(rings_[here].get());
    }
  }
  void end(std::size_t here) {
    if (open_[here] == 0) return;
    --open_[here];
    ASSERT_TRUE(rings_[here].get().push(largest, Claim::ending));
    ++ended_;
  }
  [[nodiscard]] std::size_t open(std::size_t here) const { return open_[here]; }
  [[nodiscard]] std::size_t moved() const { return moved_; }
  [[nodiscard]] std::size_t ended() const { return ended_; }

 private:
  static std::string record(std::mt19937& random) { return std::string(random() % Ring::max_record_bytes, 'r'); }
  void move(std::size_t here) {
    if (open_[here] == 0 || !rings_[1 - here].get().reserve_ending()) return;
    rings_[here].get().release_ending();
    --open_[here];
    ++open_[1 - here];
    ++moved_;
  }

  std::array<RingOnDisk, 2> rings_{RingOnDisk(0), RingOnDisk(0)};
  std::array<std::size_t, 2> open_{};
  std::size_t moved_ = 0;
  std::size_t ended_ = 0;
};

TEST(RingEndings, AlwaysFitWhereverTheirTunnelsMove) {
  std::mt19937 random(20);
  TwoRings rings;
  for (int i = 0; i < 100'000; ++i) {
    rings.step(random);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "step " << i;
  }
  EXPECT_GT(rings.moved(), 1000U);
  EXPECT_GT(rings.ended(), 1000U);
  for (const std::size_t here : {0U, 1U})
    while (rings.open(here) > 0) ASSERT_NO_FATAL_FAILURE(rings.end(here));
}

}  // namespace
}  // namespace shirgate::test
