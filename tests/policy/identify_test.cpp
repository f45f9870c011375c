#include <gtest/gtest.h>

#include <random>

#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

std::string identified(const Policy& policy, std::string_view client) {
  return std::string(policy.identify(*parse_address(client)).value_or(Name()).text());
}

TEST(Identify, FindsTheRuntimeOfEachOfItsClients) {
  const Policy policy(
      {runtime("prod", {"10.20.0.16/28", "10.21.0.5"}), runtime("test", {"10.20.0.32/28", "2001:db8::/64"})}, {});
  EXPECT_EQ(identified(policy, "10.20.0.16"), "prod");
  EXPECT_EQ(identified(policy, "10.20.0.31"), "prod");
  EXPECT_EQ(identified(policy, "10.21.0.5"), "prod");
  EXPECT_EQ(identified(policy, "10.20.0.32"), "test");
  EXPECT_EQ(identified(policy, "10.20.0.47"), "test");
  EXPECT_EQ(identified(policy, "2001:db8::ffff"), "test");
}

TEST(Identify, KnowsNoNeighbour) {
  const Policy policy({runtime("prod", {"10.20.0.16/28", "2001:db8:0:1::/64"})}, {});
  for (const auto* client : {"10.20.0.15", "10.20.0.32", "0.0.0.0", "255.255.255.255",
                             "2001:db8:0:0:ffff::", "2001:db8:0:2::", "::", "ffff::"})
    EXPECT_EQ(identified(policy, client), "") << client;
}

TEST(Identify, KeepsTheFamiliesApart) {
  const Policy v4({runtime("prod", {"10.20.0.0/16"})}, {});
  EXPECT_EQ(identified(v4, "::ffff:10.20.0.1"), "");
  const Policy v6({runtime("prod", {"::ffff:10.20.0.0/112"})}, {});
  EXPECT_EQ(identified(v6, "10.20.0.1"), "");
  const Policy both({runtime("six", {"::/1"}), runtime("four", {"10.20.0.0/16"})}, {});
  EXPECT_EQ(identified(both, "10.20.0.1"), "four");
  EXPECT_EQ(identified(both, "::ffff:10.20.0.1"), "six");
  EXPECT_EQ(identified(both, "10.21.0.1"), "") << "an IPv4 client lies behind both and belongs to neither";
}

TEST(Identify, AgreesWithASearchThroughEveryRange) {
  std::mt19937 random(7);
  std::vector<Runtime> runtimes;
  std::vector<AddressRange> taken;
  for (int i = 0; i < 60; ++i) {
    const int prefix = 12 + static_cast<int>(random() % 21);
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - prefix);
    const AddressRange range{v4_address(static_cast<std::uint32_t>(random()) & mask & 0x0fffffff), prefix};
    bool overlaps = false;
    for (const auto& other : taken) overlaps |= other.overlaps(range);
    if (overlaps) continue;
    taken.push_back(range);
    runtimes.push_back({Name(fmt::format("r{}", i)), {range}});
  }
  const Policy policy(runtimes, {});
  for (int round = 0; round < 20'000; ++round) {
    const auto client = v4_address(static_cast<std::uint32_t>(random()) & 0x0fffffff);
    std::optional<Name> expected;
    for (const auto& each : runtimes)
      if (each.clients.front().contains(client)) expected = each.name;
    EXPECT_EQ(policy.identify(client), expected) << to_string(client);
  }
}

}  // namespace
}  // namespace shirgate::test
