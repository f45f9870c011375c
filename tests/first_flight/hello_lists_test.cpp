// The lists of a hello: that they are whole or refused, in order, without GREASE, and cost nothing.
#include <gtest/gtest.h>

#include <type_traits>

#include "parsed_hello.hpp"
#include "proxy/first_flight/seen_extensions.hpp"

namespace shirgate::test {
namespace {

TEST(ParseHello, RefusesABodyNoReaderGives) {
  HelloParts parts;
  const auto padding = 16384 - parts.body().size();
  parts.extensions = parts.extensions + extension(21, Octets(padding - 4, 0));
  EXPECT_TRUE(ParsedHello(parts.body()).has_value());
  parts.extensions = parts.extensions + extension(22, {});
  EXPECT_TRUE(ParsedHello(parts.body()).has_error());
}

TEST(ParseHello, ReadsWhatAClientCanDo) {
  HelloParts parts;
  parts.cipher_suites = vector16({0x3a, 0x3a, 0x13, 0x01, 0xc0, 0x2f});
  parts.extensions = extension(10, vector16({0x1a, 0x1a, 0, 29, 0x11, 0xec})) +
                     extension(51, vector16(u16(0x1a1a) + vector16({0}) + u16(29) + vector16(Octets(32, 7)))) +
                     extension(13, vector16({4, 3, 8, 4})) + extension(0x5a5a, {}) + extension(42, {}) +
                     extension(41, {1, 2, 3});
  const auto hello = ParsedHello(parts.body());
  ASSERT_TRUE(hello.has_value());
  using Numbers = std::vector<std::uint16_t>;
  EXPECT_EQ(listed(hello->cipher_suites), (Numbers{0x1301, 0xc02f}));
  EXPECT_EQ(listed(hello->groups), (Numbers{29, 0x11ec}));
  EXPECT_EQ(listed(hello->signature_algorithms), (Numbers{0x0403, 0x0804}));
  EXPECT_TRUE(hello->early_data);
  EXPECT_TRUE(hello->pre_shared_key);
  const auto shares = listed(hello->key_shares);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares[0].group, 29);
  EXPECT_EQ(shares[0].key.size(), 32u);
  Numbers types;
  for (const auto& extension : hello->extensions) types.push_back(extension.type);
  EXPECT_EQ(types, (Numbers{10, 51, 13, 42, 41}));
}

TEST(ParseHello, HasNothingToSayOfWhatIsNotThere) {
  const auto hello = parsed_with({});
  ASSERT_TRUE(hello.has_value());
  EXPECT_TRUE(hello->alpn.empty() && hello->groups.empty() && hello->key_shares.empty());
  EXPECT_TRUE(hello->signature_algorithms.empty() && hello->extensions.empty());
  EXPECT_FALSE(hello->ech || hello->early_data || hello->pre_shared_key);
}

TEST(ParseHello, TakesAClientThatLetsTheServerChooseTheGroup) {
  const auto hello = parsed_with(extension(51, {0, 0}));
  ASSERT_TRUE(hello.has_value());
  EXPECT_TRUE(hello->key_shares.empty());
}

TEST(ParseHello, IsAValueWithoutMemoryOfItsOwn) { EXPECT_TRUE(std::is_trivially_destructible_v<Hello>); }

TEST(TlsList, IsEmptyUntilItIsMadeOfBytes) {
  EXPECT_TRUE(TlsList<std::uint16_t>().empty());
  EXPECT_TRUE(TlsList<std::uint16_t>::parse({})->empty());
}

TEST(TlsList, IsNothingUnlessItsElementsAreWhole) {
  const auto numbers = [](const Octets& bytes) { return TlsList<std::uint16_t>::parse(ExactCopy(bytes).span()); };
  const auto names = [](const Octets& bytes) { return TlsList<std::string_view>::parse(ExactCopy(bytes).span()); };
  const auto shares = [](const Octets& bytes) { return TlsList<KeyShare>::parse(ExactCopy(bytes).span()); };
  const auto extensions = [](const Octets& bytes) { return TlsList<Extension>::parse(ExactCopy(bytes).span()); };
  EXPECT_TRUE(numbers({1, 2, 3, 4}).has_value());
  EXPECT_FALSE(numbers({1, 2, 3}).has_value());
  EXPECT_TRUE(names({1, 'a', 2, 'b', 'c'}).has_value());
  EXPECT_FALSE(names({1, 'a', 2, 'b'}).has_value());
  EXPECT_FALSE(names({1, 'a', 0}).has_value());
  EXPECT_TRUE(shares({0, 29, 0, 1, 7}).has_value());
  EXPECT_FALSE(shares({0, 29, 0, 2, 7}).has_value());
  EXPECT_FALSE(shares({0, 29, 0, 0}).has_value());
  EXPECT_TRUE(extensions({0, 1, 0, 0, 0, 2, 0, 1, 9}).has_value());
  EXPECT_FALSE(extensions({0, 1, 0, 0, 0, 2, 0}).has_value());
}

TEST(TlsList, LeavesOutGreaseAtTheBeginningInTheMiddleAndAtTheEnd) {
  const Octets bytes{0x0a, 0x0a, 0x1a, 0x1a, 0, 1, 0x2a, 0x2a, 0, 2, 0xfa, 0xfa};
  EXPECT_EQ(listed(*TlsList<std::uint16_t>::parse(bytes)), (std::vector<std::uint16_t>{1, 2}));
}

TEST(IsGrease, HoldsForTheSixteenNumbersOfItsRfcAndNoOther) {
  std::size_t all = 0;
  for (std::uint32_t number = 0; number < 65536; ++number) {
    const bool expected = number % 256 == number / 256 && number % 16 == 10;
    EXPECT_EQ(is_grease(static_cast<std::uint16_t>(number)), expected) << number;
    if (expected) ++all;
  }
  EXPECT_EQ(all, 16u);
}

TEST(SeenExtensions, KnowsEveryNumberApart) {
  SeenExtensions seen;
  for (std::uint32_t number = 0; number < 65536; ++number)
    EXPECT_TRUE(seen.insert(static_cast<std::uint16_t>(number * 40503))) << number;  // all of them, in no order
  for (std::uint32_t number = 0; number < 65536; ++number)
    EXPECT_FALSE(seen.insert(static_cast<std::uint16_t>(number))) << number;
}

}  // namespace
}  // namespace shirgate::test
