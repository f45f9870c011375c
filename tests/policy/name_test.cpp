#include "policy/name.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace shirgate::test {
namespace {

TEST(Name, IsEqualWhereItsTextIs) {
  EXPECT_EQ(Name("erp"), Name(std::string("erp")));
  EXPECT_NE(Name("erp"), Name("ERP"));
  EXPECT_LT(Name("a"), Name("b"));
  EXPECT_EQ(Name("erp").text().data(), Name("erp").text().data()) << "kept once";
}

TEST(Name, IsEmptyByDefaultAndSoIsTheEmptyText) {
  EXPECT_TRUE(Name().empty());
  EXPECT_EQ(Name(), Name(""));
  EXPECT_EQ(Name().text(), "");
}

TEST(Name, OutlivesTheTextItWasMadeOf) {
  Name name;
  {
    const std::string text(100, 'x');
    name = Name(text);
  }
  EXPECT_EQ(name.text(), std::string(100, 'x'));
}

TEST(Name, IsTheSameFromEveryThread) {
  constexpr std::size_t threads = 8;
  constexpr std::size_t names = 500;
  std::vector<std::vector<Name>> made(threads);
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t)
    running.emplace_back([&made, t] {
      for (std::size_t i = 0; i < names; ++i) made[t].emplace_back("threads-" + std::to_string(i));
    });
  for (auto& thread : running) thread.join();
  for (std::size_t i = 0; i < names; ++i)
    for (std::size_t t = 0; t < threads; ++t) {
      ASSERT_EQ(made[t][i], made[0][i]);
      ASSERT_EQ(made[t][i].text(), "threads-" + std::to_string(i));
    }
}

}  // namespace
}  // namespace shirgate::test
