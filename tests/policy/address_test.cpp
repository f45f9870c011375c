#include "policy/address.hpp"

#include <gtest/gtest.h>

#include <random>

namespace shirgate::test {
namespace {

TEST(ParseAddress, ReadsBackWhatItPrints) {
  for (const auto* text : {"0.0.0.0", "10.20.0.21", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1:2:3:4",
                           "::ffff:10.0.0.5", "64:ff9b::a00:5"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_string(*address), text);
    EXPECT_EQ(address->is_v4, std::string_view(text).find(':') == std::string_view::npos) << text;
  }
}

TEST(ParseAddress, RefusesEverySpellingButTheTwoCanonicalOnes) {
  for (const std::string text :
       {"",          " 10.0.0.5",     "10.0.0.5 ",         "10.0.5",    "10",         "0x0a.0.0.5", "012.0.0.5",
        "10.0.0.05", "10.0.0.256",    "10.0.0.5.6",        "10.0.0.",   ".10.0.0.5",  "1e1.0.0.5",  "[::1]",
        "::1%lo",    "::1%1",         "fe80::1%eth0",      "1::2::3",   ":1",         "12345::",    "::ffff:10.0.0",
        "g::1",      "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "a.example", "10.0.0.5/32"})
    EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_FALSE(parse_address(std::string_view("10.0.0.5\0", 9)));
  EXPECT_FALSE(parse_address(std::string(10'000, '1')));
}

TEST(ParseAddress, KeepsAMappedSpellingApartFromTheIpv4AddressItMeans) {
  EXPECT_NE(*parse_address("::ffff:10.0.0.5"), *parse_address("10.0.0.5"));
  EXPECT_FALSE(parse_range("10.0.0.0/8")->contains(*parse_address("::ffff:10.0.0.5")));
  EXPECT_TRUE(parse_range("::ffff:10.0.0.0/104")->contains(*parse_address("::ffff:10.0.0.5")));
  EXPECT_FALSE(parse_range("::ffff:10.0.0.0/104")->contains(*parse_address("10.0.0.5")));
}

TEST(V4Address, TakesItsNumberInHostOrder) { EXPECT_EQ(to_string(v4_address(0x0a140015)), "10.20.0.21"); }

TEST(ParseRange, TakesABlockOrOneAddress) {
  EXPECT_EQ(to_string(*parse_range("10.20.0.0/24")), "10.20.0.0/24");
  EXPECT_EQ(to_string(*parse_range("10.20.0.21")), "10.20.0.21/32");
  EXPECT_EQ(to_string(*parse_range("2001:db8::1")), "2001:db8::1/128");
  EXPECT_EQ(to_string(*parse_range("0.0.0.0/0")), "0.0.0.0/0");
  EXPECT_EQ(to_string(*parse_range("::/0")), "::/0");
}

TEST(ParseRange, RefusesWhatCouldMeanAnotherBlock) {
  for (const auto* text : {"10.0.0.0/",          "10.0.0.0/33",  "10.0.0.0/128",       "::/129",       "10.0.0.0/08",
                           "10.0.0.0/+8",        "10.0.0.0/-1",  "10.0.0.0/ 8",        "10.0.0.0/8 ",  "10.0.0.0/8/8",
                           "10.0.0.0/255.0.0.0", "10.0.0.0/0x8", "10.0.0.0/1e1",       "/8",           "/",
                           "10.0.0/8",           "a.example/8",  "10.0.0.1/24",        "10.128.0.0/8", "10.0.0.1/0",
                           "2001:db8::1/64",     "::1/0",        "10.0.0.0/4294967304"})
    EXPECT_FALSE(parse_range(text)) << text;
}

TEST(ParseRange, RefusesEachSetBitBehindThePrefix) {
  for (int prefix = 0; prefix < 32; ++prefix)
    for (int bit = prefix; bit < 32; ++bit) {
      const auto text = to_string(v4_address(1U << (31 - bit))) + '/' + std::to_string(prefix);
      EXPECT_FALSE(parse_range(text)) << text;
    }
}

/// The same question, asked number by number.
bool naive_contains(std::uint32_t first, int prefix, std::uint32_t asked) {
  const std::uint64_t size = std::uint64_t{1} << (32 - prefix);
  return asked >= first && asked < first + size;
}

TEST(AddressRange, ContainsWhatItsNumbersSay) {
  std::mt19937 random(3);
  for (int round = 0; round < 50'000; ++round) {
    const int prefix = static_cast<int>(random() % 33);
    const std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
    const std::uint32_t first = static_cast<std::uint32_t>(random()) & mask;
    const AddressRange range{v4_address(first), prefix};
    // Half of the questions fall next to the block's ends.
    const std::uint32_t edge = random() % 2 == 0 ? first : first + ~mask;
    const std::uint32_t asked =
        random() % 2 == 0 ? edge + static_cast<std::uint32_t>(random() % 3) - 1 : static_cast<std::uint32_t>(random());
    EXPECT_EQ(range.contains(v4_address(asked)), naive_contains(first, prefix, asked))
        << to_string(range) << " " << to_string(v4_address(asked));
  }
}

TEST(AddressRange, OverlapsExactlyWhenOneHoldsTheOthersFirst) {
  std::mt19937 random(4);
  const auto draw = [&random] {
    const int prefix = static_cast<int>(random() % 9);
    const std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
    return AddressRange{v4_address(static_cast<std::uint32_t>(random()) & mask), prefix};
  };
  for (int round = 0; round < 20'000; ++round) {
    const auto a = draw();
    const auto b = draw();
    const bool expected = a.contains(b.first) || b.contains(a.first);
    EXPECT_EQ(a.overlaps(b), expected) << to_string(a) << " " << to_string(b);
    EXPECT_EQ(b.overlaps(a), expected) << to_string(a) << " " << to_string(b);
  }
}

TEST(AddressRange, OfOneFamilyNeverTouchesTheOther) {
  EXPECT_FALSE(parse_range("0.0.0.0/0")->overlaps(*parse_range("::/0")));
  EXPECT_FALSE(parse_range("::/0")->contains(*parse_address("10.0.0.5")));
  EXPECT_FALSE(parse_range("0.0.0.0/0")->contains(*parse_address("::1")));
}

TEST(IsLoopback, MeansThePlainFormsOnly) {
  for (const auto* yes : {"127.0.0.1", "127.255.255.254", "::1"}) EXPECT_TRUE(is_loopback(*parse_address(yes))) << yes;
  for (const auto* no : {"128.0.0.1", "126.255.255.255", "::2", "::ffff:127.0.0.1", "::", "0.0.0.0"})
    EXPECT_FALSE(is_loopback(*parse_address(no))) << no;
}

}  // namespace
}  // namespace shirgate::test
