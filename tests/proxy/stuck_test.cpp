#include "proxy/relay/stuck.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <string>
#include <vector>

#include "tcp_pair.hpp"

namespace shirgate::test {
namespace {

bool is_mapped(const char* block) {
  return ::msync(const_cast<char*>(block), max_stuck_bytes, MS_ASYNC) == 0;  // NOLINT: only asks
}

TEST(Stuck, KeepsWhatDidNotGoOutInOrder) {
  StuckMemory memory;
  Stuck stuck;
  EXPECT_TRUE(stuck.empty());
  const auto bytes = noise(max_stuck_bytes, 11);
  stuck.keep(bytes, memory);
  EXPECT_EQ(stuck.bytes(), bytes);
  stuck.drop(0, memory);
  stuck.drop(1000, memory);
  EXPECT_EQ(stuck.bytes(), std::string_view(bytes).substr(1000));
  stuck.drop(max_stuck_bytes - 1000, memory);
  EXPECT_TRUE(stuck.empty());
  stuck.keep("again", memory);
  EXPECT_EQ(stuck.bytes(), "again");
}

TEST(Stuck, OwnsNothingWhileItIsEmpty) {
  StuckMemory memory;
  Stuck stuck;
  stuck.keep("", memory);
  stuck.keep("x", memory);
  const char* const block = stuck.bytes().data();
  stuck.drop(1, memory);
  Stuck other;
  other.keep("y", memory);
  EXPECT_EQ(other.bytes().data(), block) << "the first has given its memory back";
}

TEST(StuckMemory, GoesBackToTheKernelWhenNobodyNeedsIt) {
  StuckMemory memory;
  std::vector<StuckMemory::Block> lent;
  std::vector<const char*> blocks;
  for (int i = 0; i < 200; ++i) blocks.push_back(lent.emplace_back(memory.lend()).get());
  for (auto& block : lent) memory.take_back(std::move(block));
  std::size_t kept = 0;
  for (const auto* block : blocks) kept += is_mapped(block) ? 1 : 0;
  EXPECT_GT(kept, 0U);
  EXPECT_LE(kept, 64U);
  for (std::size_t ticks = 0; ticks <= kept; ++ticks) memory.tidy();
  for (const auto* block : blocks) EXPECT_FALSE(is_mapped(block));
}

TEST(StuckMemory, StaysWhereItIsNeededAllTheTime) {
  StuckMemory memory;
  const char* const first = memory.lend().release();
  memory.take_back(StuckMemory::Block(const_cast<char*>(first)));
  for (int ticks = 0; ticks < 10; ++ticks) {
    auto block = memory.lend();
    EXPECT_EQ(block.get(), first);
    memory.take_back(std::move(block));
    memory.tidy();
  }
}

}  // namespace
}  // namespace shirgate::test
