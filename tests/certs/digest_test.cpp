#include "certs/digest.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

namespace shirgate {
namespace {

std::atomic<std::size_t> allocations{0};

void* count_and_allocate(std::size_t size, const char*, int) {
  allocations.fetch_add(1);
  return std::malloc(size);
}

void* count_and_reallocate(void* place, std::size_t size, const char*, int) {
  allocations.fetch_add(1);
  return std::realloc(place, size);
}

void release(void* place, const char*, int) { std::free(place); }

/// OpenSSL takes these before its first allocation only: ahead of main.
const bool counting = CRYPTO_set_mem_functions(count_and_allocate, count_and_reallocate, release) == 1;

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

TEST(Sha256, AllocatesNothing) {
  ASSERT_TRUE(counting);
  OPENSSL_free(OPENSSL_malloc(1));
  const auto before = allocations.load();
  ASSERT_GT(before, 0U) << "the counter counts";
  static_cast<void>(sha256("abc"));
  Sha256 hash;
  for (int i = 0; i < 10; ++i) {
    hash.add("abc");
    static_cast<void>(hash.finish());
  }
  EXPECT_EQ(allocations.load(), before);
}

TEST(ToHex, KeepsLeadingZeroesAndHighBytes) {
  const std::array<std::uint8_t, 4> bytes{0x00, 0x0f, 0x80, 0xff};
  EXPECT_EQ(to_hex(bytes), "000f80ff");
  EXPECT_EQ(to_hex({}), "");
}

}  // namespace
}  // namespace shirgate
