#include "proxy/loop/slab.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace shirgate::test {
namespace {

TEST(Slab, GivesTheRoomOfTheLastOneToTheNext) {
  Slab<std::string> slab;
  auto* const first = slab.make("one");
  auto* const second = slab.make("two");
  EXPECT_NE(first, second);
  slab.destroy(first);
  auto* const third = slab.make("three");
  EXPECT_EQ(third, first);
  EXPECT_EQ(*third, "three");
  EXPECT_EQ(*second, "two");
  slab.destroy(second);
  slab.destroy(third);
}

TEST(Slab, KeepsManyApart) {
  Slab<std::string> slab;
  std::vector<Slab<std::string>::Pointer> objects;
  std::set<const std::string*> places;
  for (int i = 0; i < 20'000; ++i) places.insert(objects.emplace_back(slab.own(std::to_string(i))).get());
  EXPECT_EQ(places.size(), objects.size());
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(*objects[static_cast<std::size_t>(i)], std::to_string(i));
  objects.clear();
  EXPECT_TRUE(places.contains(slab.own("again").get())) << "no new memory while there is room";
}

TEST(Slab, LosesNoRoomToAnObjectThatCanNotBeMade) {
  struct Picky {
    explicit Picky(bool throws) {
      if (throws) throw std::runtime_error("no");
    }
    int value = 0;
  };
  Slab<Picky> slab;
  auto* const first = slab.make(false);
  slab.destroy(first);
  EXPECT_THROW(static_cast<void>(slab.make(true)), std::runtime_error);
  auto* const second = slab.make(false);
  EXPECT_EQ(second, first);
  slab.destroy(second);
}

}  // namespace
}  // namespace shirgate::test
