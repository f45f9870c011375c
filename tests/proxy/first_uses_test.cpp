#include "proxy/gate/first_uses.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace shirgate::test {
namespace {

Host host(const std::string& text) { return *parse_host(text); }

TEST(FirstUses, FlagAHostOnce) {
  FirstUses uses;
  EXPECT_TRUE(uses.note(Name("rule"), host("a.example")));
  EXPECT_FALSE(uses.note(Name("rule"), host("a.example")));
  EXPECT_TRUE(uses.note(Name("rule"), host("b.example")));
}

TEST(FirstUses, KeepRulesApart) {
  FirstUses uses;
  EXPECT_TRUE(uses.note(Name("one"), host("a.example")));
  EXPECT_TRUE(uses.note(Name("two"), host("a.example")));
}

TEST(FirstUses, RatherFlagTwiceThanNeverWhenTheTableIsFull) {
  FirstUses uses;
  for (int i = 0; i < 40'000; ++i) static_cast<void>(uses.note(Name("rule"), host(fmt::format("h{}.example", i))));
  int flagged = 0;
  for (int i = 0; i < 1'000; ++i) flagged += uses.note(Name("rule"), host(fmt::format("new{}.example", i))) ? 1 : 0;
  EXPECT_EQ(flagged, 1'000);
  EXPECT_FALSE(uses.note(Name("rule"), host("h0.example"))) << "what it knew it still knows";
}

TEST(FirstUses, AreFlaggedByOneOfManyThreads) {
  FirstUses uses;
  std::atomic<int> flagged{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) flagged += uses.note(Name("rule"), host(fmt::format("h{}.example", i))) ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(flagged, 500);
}

}  // namespace
}  // namespace shirgate::test
