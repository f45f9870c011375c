// The memory of a ring that was read goes back to the kernel, and nothing that was not read goes with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "audit/ring.hpp"

#include "ring_on_disk.hpp"
#include "thread_sanitizer.hpp"

namespace shirgate::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Record number n, which nothing else looks like; valid until the next call of this thread. Allocates nothing, so that
/// what a sanitizer keeps of freed memory does not blur what is measured.
std::string_view numbered(std::uint32_t n, std::size_t size) {
  static thread_local std::array<char, Ring::max_record_bytes> record;
  const auto* const end = std::to_chars(record.data(), record.data() + 16, n).ptr;
  const auto digits = static_cast<std::size_t>(end - record.data());
  if (digits >= size) return {record.data(), digits};
  std::fill(record.begin() + static_cast<std::ptrdiff_t>(digits), record.begin() + static_cast<std::ptrdiff_t>(size),
            static_cast<char>('a' + n % 26));
  return {record.data(), size};
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("Rss:")) continue;
    const auto digits = line.substr(line.find_first_of("0123456789"));
    std::size_t kilobytes = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), kilobytes);
    return kilobytes * 1024;
  }
  return 0;
}

void fill_and_drain(Ring& ring, std::uint32_t& number, std::size_t bytes) {
  auto expected = number;
  for (std::size_t pushed = 0; pushed < bytes; pushed += 1000)
    ASSERT_TRUE(ring.push(numbered(number++, 1000), Claim::during));
  drain(ring, [&](std::string_view record) { ASSERT_EQ(record, numbered(expected++, 1000)); });
  ASSERT_EQ(expected, number);
}

TEST(RingMemory, IsGivenBackOnceItWasRead) {
  if (under_thread_sanitizer) GTEST_SKIP() << "NOT TESTED: what is resident holds the sanitizer's own memory";
  const RingOnDisk own(64 * mebibyte);
  auto& ring = own.get();
  std::uint32_t number = 0;
  const auto before = resident_bytes();
  ASSERT_GT(before, 0U);
  for (std::size_t pushed = 0; pushed < 40 * mebibyte; pushed += 1000)
    ASSERT_TRUE(ring.push(numbered(number++, 1000), Claim::during));
  EXPECT_GT(resident_bytes(), before + 38 * mebibyte);
  std::uint32_t expected = 0;
  drain(ring, [&](std::string_view record) { ASSERT_EQ(record, numbered(expected++, 1000)); });
  EXPECT_EQ(expected, number);
  EXPECT_LT(resident_bytes(), before + 12 * mebibyte);
}

TEST(RingMemory, DoesNotPileUpOverManySmallRounds) {
  if (under_thread_sanitizer) GTEST_SKIP() << "NOT TESTED: what is resident holds the sanitizer's own memory";
  const RingOnDisk own(32 * mebibyte);
  auto& ring = own.get();
  std::uint32_t number = 0;
  ASSERT_NO_FATAL_FAILURE(fill_and_drain(ring, number, 10'000));
  const auto before = resident_bytes();
  // Three times round the ring.
  for (int round = 0; round < 4000; ++round) ASSERT_NO_FATAL_FAILURE(fill_and_drain(ring, number, 25'000));
  EXPECT_LT(resident_bytes(), before + 12 * mebibyte);
}

std::size_t size_of(std::uint32_t n) { return n * 7 % 1500; }

/// Producer and consumer over many rounds of a ring that is nearly always full.
void expect_nothing_is_lost(std::size_t capacity, std::uint32_t count) {
  const RingOnDisk own(capacity);
  auto& ring = own.get();
  std::atomic<bool> go_on{true};
  std::thread producer([&] {
    for (std::uint32_t n = 0; n < count && go_on; ++n)
      while (!ring.push(numbered(n, size_of(n)), Claim::during) && go_on) std::this_thread::yield();
  });
  std::uint32_t expected = 0;
  std::uint32_t wrong = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (expected < count && wrong == 0 && std::chrono::steady_clock::now() < deadline) {
    const auto count_of_piece = drain(ring, [&](std::string_view record) {
      wrong += record == numbered(expected, size_of(expected)) ? 0U : 1U;
      ++expected;
    });
    if (count_of_piece == 0) std::this_thread::yield();
  }
  go_on = false;
  producer.join();
  EXPECT_EQ(wrong, 0U) << "at " << expected;
  EXPECT_EQ(expected, count);
}

class FullRing : public testing::TestWithParam<std::size_t> {};

TEST_P(FullRing, LosesNothingWhileItsMemoryIsGivenBack) { expect_nothing_is_lost(GetParam(), 6'000); }

INSTANTIATE_TEST_SUITE_P(Capacities, FullRing, testing::Values(0, 131'072, 140'001, 200'000, mebibyte),
                         [](const auto& one) { return "Bytes" + std::to_string(one.param); });

TEST(RingMemory, OfRecordsThatArePushedMeanwhileIsKept) {
  // First something that is too little to be given back; then the producer fills the ring up to the last byte while
  // it is read, and again once that was released.
  for (const std::size_t read_before : {1'000U, 60'000U, 120'000U, 130'000U}) {
    const RingOnDisk own(300'000);
    auto& ring = own.get();
    std::uint32_t number = 0;
    ASSERT_NO_FATAL_FAILURE(fill_and_drain(ring, number, read_before));
    auto expected = number;
    for (int i = 0; i < 130; ++i) ASSERT_TRUE(ring.push(numbered(number++, 1000), Claim::during));
    const auto first_of_rest = number;
    std::uint32_t wrong = 0;
    drain(ring, [&](std::string_view record) {
      wrong += record == numbered(expected, 1000) ? 0U : 1U;
      ++expected;
      while (ring.push(numbered(number, 1000), Claim::during)) ++number;
    });
    while (ring.push(numbered(number, 1000), Claim::during)) ++number;
    EXPECT_GT(number - first_of_rest, 150U);
    drain(ring, [&](std::string_view record) {
      wrong += record == numbered(expected, 1000) ? 0U : 1U;
      ++expected;
    });
    EXPECT_EQ(wrong, 0U) << read_before;
    EXPECT_EQ(expected, number);
  }
}

}  // namespace
}  // namespace shirgate::test
