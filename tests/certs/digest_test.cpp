#include "certs/digest.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace shirgate {
namespace {

struct Vector {
  const char* name;
  std::string input;
  std::string hex;
};

class Sha256Gives : public testing::TestWithParam<Vector> {};

TEST_P(Sha256Gives, ThePublishedDigest) { EXPECT_EQ(to_hex(sha256(GetParam().input)), GetParam().hex); }

// The three examples of FIPS 180-2 appendix B, and the digest of nothing.
INSTANTIATE_TEST_SUITE_P(
    Fips180, Sha256Gives,
    testing::Values(Vector{"Nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                    Vector{"OneBlock", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                    Vector{"TwoBlocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
                    Vector{"AMillionLetters", std::string(1000000, 'a'),
                           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Sha256, GivesTheSameDigestHoweverTheInputIsCut) {
  const std::string input = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    Sha256 hash;
    for (std::size_t at = 0; at < input.size(); at += piece) hash.add(std::string_view(input).substr(at, piece));
    EXPECT_EQ(hash.finish(), sha256(input)) << "in pieces of " << piece;
  }
}

TEST(Sha256, StartsAfreshAfterFinish) {
  Sha256 hash;
  hash.add("something else");
  static_cast<void>(hash.finish());
  hash.add("abc");
  EXPECT_EQ(hash.finish(), sha256("abc"));
}

TEST(Sha256, TreatsAnEmptyPieceAsNothing) {
  Sha256 hash;
  hash.add(std::span<const std::uint8_t>());
  hash.add("abc");
  hash.add("");
  EXPECT_EQ(hash.finish(), sha256("abc"));
}

TEST(ToHex, KeepsLeadingZeroesAndHighBytes) {
  const std::array<std::uint8_t, 4> bytes{0x00, 0x0f, 0x80, 0xff};
  EXPECT_EQ(to_hex(bytes), "000f80ff");
  EXPECT_EQ(to_hex({}), "");
}

}  // namespace
}  // namespace shirgate
