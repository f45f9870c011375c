#include "audit/live_tunnels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace shirgate::test {
namespace {

TEST(LiveTunnels, AgreeWithASetWhateverIsAddedAndRemoved) {
  std::mt19937_64 random(11);
  LiveTunnels live;
  std::set<std::uint64_t> model;
  // Few enough ids that they meet again; then many more, then few again.
  for (int step = 0; step < 200'000; ++step) {
    const std::uint64_t range = step / 50'000 % 2 == 0 ? 300 : 30'000;
    const auto tunnel = 1 + random() % range;
    const bool agree = random() % 2 == 0 ? live.add(tunnel) == model.insert(tunnel).second
                                         : live.remove(tunnel) == (model.erase(tunnel) == 1);
    ASSERT_TRUE(agree) << step;
    ASSERT_EQ(live.contains(tunnel), model.contains(tunnel)) << step;
    ASSERT_EQ(live.size(), model.size());
  }
  auto ids = live.ids();
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, std::vector<std::uint64_t>(model.begin(), model.end()));
}

TEST(LiveTunnels, FindTheirWayWhereAllWantTheSamePlace) {
  LiveTunnels live;
  std::vector<std::uint64_t> alike;
  // Multiples of a high power of two differ in no bit that counts for a small table.
  for (std::uint64_t i = 1; i <= 40; ++i) alike.push_back(i << 57);
  for (const auto id : alike) EXPECT_TRUE(live.add(id));
  for (std::size_t i = 0; i < alike.size(); i += 2) EXPECT_TRUE(live.remove(alike[i]));
  for (std::size_t i = 0; i < alike.size(); ++i) EXPECT_EQ(live.contains(alike[i]), i % 2 == 1) << i;
}

TEST(LiveTunnels, KnowNoTunnelWithoutAnId) {
  LiveTunnels live;
  EXPECT_FALSE(live.add(0));
  EXPECT_FALSE(live.remove(0));
  EXPECT_FALSE(live.contains(0));
  EXPECT_EQ(live.size(), 0U);
}

TEST(LiveTunnels, TakeLittleMoreThanTheirIds) {
  std::mt19937_64 random(12);
  LiveTunnels live;
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 100'000; ++i) {
    ids.push_back(random());
    live.add(ids.back());
    ASSERT_LE(live.bytes(), std::max<std::size_t>(live.size() * 24, 1024)) << i;
  }
  for (const auto id : ids) live.remove(id);
  EXPECT_LE(live.bytes(), 1024U);
}

TEST(LiveTunnels, AreEqualWhateverTheirHistory) {
  LiveTunnels a;
  LiveTunnels b;
  for (std::uint64_t i = 1; i <= 100; ++i) a.add(i);
  for (std::uint64_t i = 100; i >= 1; --i) b.add(i);
  EXPECT_TRUE(a == b);
  b.remove(7);
  EXPECT_FALSE(a == b);
  b.add(700);
  EXPECT_FALSE(a == b);
}

}  // namespace
}  // namespace shirgate::test
