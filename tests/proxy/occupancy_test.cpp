#include "proxy/gate/occupancy.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace shirgate::test {
namespace {

Address client(std::uint32_t number) { return v4_address(0x0a140000 + number); }

Reason reason_of(Occupancy& occupancy, const Address& from) {
  const auto permit = occupancy.enter(from);
  return permit.has_error() ? permit.error() : Reason::allowed;
}

TEST(Occupancy, TakesAsManyOfOneClientAsItMay) {
  Occupancy occupancy(100, 3);
  std::vector<Permit> permits;
  for (int i = 0; i < 3; ++i) permits.push_back(*occupancy.enter(client(1)));
  EXPECT_EQ(reason_of(occupancy, client(1)), Reason::client_limit);
  EXPECT_EQ(reason_of(occupancy, client(2)), Reason::allowed);
  EXPECT_EQ(occupancy.total(), 3) << "neither the refused nor the ended one counts";
}

TEST(Occupancy, TakesAsManyInAllAsItMay) {
  Occupancy occupancy(3, 100);
  std::vector<Permit> permits;
  for (std::uint32_t i = 0; i < 3; ++i) permits.push_back(*occupancy.enter(client(i)));
  EXPECT_EQ(reason_of(occupancy, client(7)), Reason::total_limit);
  permits.pop_back();
  EXPECT_EQ(reason_of(occupancy, client(7)), Reason::allowed);
}

TEST(Occupancy, TellsAClientOfItsOwnLimitFirst) {
  Occupancy occupancy(1, 1);
  const auto permit = occupancy.enter(client(1));
  EXPECT_EQ(reason_of(occupancy, client(1)), Reason::client_limit);
  EXPECT_EQ(reason_of(occupancy, client(2)), Reason::total_limit);
}

TEST(Occupancy, GetsEachPlaceBackOnce) {
  Occupancy occupancy(10, 10);
  {
    auto first = *occupancy.enter(client(1));
    auto moved = std::move(first);
    EXPECT_EQ(occupancy.total(), 1);
    auto second = *occupancy.enter(client(2));
    second = std::move(moved);  // swaps; both end with the block
    EXPECT_EQ(occupancy.total(), 2);
    const Permit none;
  }
  EXPECT_EQ(occupancy.total(), 0);
}

TEST(Occupancy, GivesBackWhatARefusalTookInPassing) {
  Occupancy occupancy(1, 5);
  auto held = std::make_unique<Permit>(*occupancy.enter(client(1)));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(reason_of(occupancy, client(2)), Reason::total_limit);
  held.reset();
  std::vector<Permit> permits;
  EXPECT_EQ(reason_of(occupancy, client(2)), Reason::allowed) << "its own count did not grow by being refused";
  EXPECT_EQ(occupancy.total(), 0);
}

TEST(Occupancy, NeverGoesOverItsLimitFromManyThreads) {
  constexpr std::int64_t most = 20;
  Occupancy occupancy(most, 6);
  std::atomic<std::int64_t> inside{0};
  std::atomic<std::int64_t> highest{0};
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 5000; ++round) {
        const auto permit = occupancy.enter(client(t % 5));
        if (permit.has_error()) continue;
        const auto now = inside.fetch_add(1) + 1;
        for (auto seen = highest.load(); seen < now && !highest.compare_exchange_weak(seen, now);) {
        }
        inside.fetch_sub(1);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(highest.load(), most);
  EXPECT_GT(highest.load(), 0);
  EXPECT_EQ(occupancy.total(), 0);
}

}  // namespace
}  // namespace shirgate::test
