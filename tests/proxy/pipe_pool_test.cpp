#include "proxy/relay/pipe.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "in_child.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;
using Pipes = std::vector<std::unique_ptr<Pipe>>;

const SteadyTime start{std::chrono::hours(1)};

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

void take_all_back(PipePool& pool, Pipes& pipes) {
  for (auto& pipe : pipes) pool.take_back(std::move(pipe));
  pipes.clear();
}

/// As many as there are to be had.
Pipes lend_all(PipePool& pool, SteadyTime now) {
  Pipes pipes;
  while (auto pipe = pool.lend(now)) pipes.push_back(std::move(pipe));
  return pipes;
}

TEST(PipePool, LendsAsManyAsItMayAndNoMore) {
  PipePool pool(3);
  auto pipes = lend_all(pool, start);
  EXPECT_EQ(pipes.size(), 3U);
  EXPECT_EQ(pool.lent(), 3U);
  EXPECT_EQ(pool.refused().all_lent, 1U);
  EXPECT_EQ(pool.lend(start), nullptr);
  EXPECT_EQ(pool.refused().all_lent, 2U);
  pool.take_back(std::move(pipes.back()));
  EXPECT_EQ(pool.lent(), 2U);
  EXPECT_NE(pool.lend(start), nullptr) << "without a pause: the kernel has refused nothing";
}

TEST(PipePool, LendsTheLastOneBackFirst) {
  PipePool pool(2);
  auto pipes = lend_all(pool, start);
  auto* const first = pipes.front().get();
  auto* const second = pipes.back().get();
  pool.take_back(std::move(pipes.back()));
  pool.take_back(std::move(pipes.front()));
  EXPECT_EQ(pool.lend(start).get(), first);
  EXPECT_NE(first, second);
}

TEST(PipePool, LendsPipesThatAreEmptyAndLargeAndNeverBlock) {
  PipePool pool(1);
  auto pipe = pool.lend(start);
  ASSERT_NE(pipe, nullptr);
  EXPECT_GE(pipe->capacity(), PipePool::least_capacity);
  EXPECT_EQ(static_cast<int>(pipe->capacity()), ::fcntl(pipe->write_end(), F_GETPIPE_SZ));
  char byte = 0;
  EXPECT_EQ(::read(pipe->read_end(), &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);
  const std::string too_much(pipe->capacity() + 1, 'x');
  EXPECT_EQ(::write(pipe->write_end(), too_much.data(), too_much.size()), static_cast<ssize_t>(pipe->capacity()));
}

TEST(PipePool, KeepsAnEmptyPipeAndClosesOneThatHoldsBytes) {
  const auto before = open_descriptors();
  PipePool pool(2);
  auto pipe = pool.lend(start);
  ASSERT_EQ(open_descriptors(), before + 2);
  pool.take_back(std::move(pipe));
  EXPECT_EQ(open_descriptors(), before + 2);
  pipe = pool.lend(start);
  EXPECT_EQ(open_descriptors(), before + 2) << "the same one again";
  ASSERT_EQ(::write(pipe->write_end(), "left", 4), 4);
  pipe->held = 4;
  pool.take_back(std::move(pipe));
  EXPECT_EQ(open_descriptors(), before) << "or somebody would read another's bytes";
  EXPECT_EQ(pool.lent(), 0U);
}

TEST(PipePool, ClosesItsPipesWithItself) {
  const auto before = open_descriptors();
  {
    PipePool pool(5);
    auto pipes = lend_all(pool, start);
    pipes.pop_back();
    take_all_back(pool, pipes);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(PipePool, ClosesWhatNobodyNeedsButAFew) {
  const auto before = open_descriptors();
  PipePool pool(20);
  auto pipes = lend_all(pool, start);
  take_all_back(pool, pipes);
  EXPECT_EQ(open_descriptors(), before + 40);
  pool.tidy();  // it had none to spare since the last time
  EXPECT_EQ(open_descriptors(), before + 40);
  pool.tidy();
  EXPECT_EQ(open_descriptors(), before + 38);
  for (int i = 0; i < 30; ++i) pool.tidy();
  EXPECT_EQ(open_descriptors(), before + 8);
}

TEST(PipePool, KeepsWhatIsNeededBetweenTwoLooks) {
  const auto before = open_descriptors();
  PipePool pool(20);
  for (int i = 0; i < 10; ++i) {
    auto pipes = lend_all(pool, start);
    take_all_back(pool, pipes);
    pool.tidy();
  }
  EXPECT_EQ(open_descriptors(), before + 40);
}

TEST(PipePool, LeavesTheKernelAloneForASecondAfterItHasRefused) {
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  PipePool pool(20);
  auto first = pool.lend(start);
  ASSERT_NE(first, nullptr);
  // The next descriptor would have this number.
  const int next = ::dup(0);
  ::close(next);
  const rlimit none_left{static_cast<rlim_t>(next), old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  EXPECT_EQ(pool.lend(start), nullptr);
  EXPECT_EQ(pool.lend(start + milliseconds(999)), nullptr);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  EXPECT_EQ(pool.refused().no_descriptors, 1U) << "it was asked once";
  EXPECT_EQ(pool.lend(start + milliseconds(999)), nullptr) << "the kernel would give one, but was not asked";
  pool.take_back(std::move(first));
  first = pool.lend(start + milliseconds(999));
  EXPECT_NE(first, nullptr) << "what it has it still lends";
  EXPECT_NE(pool.lend(start + milliseconds(1000)), nullptr);
  EXPECT_EQ(pool.refused().no_descriptors, 1U);
}

std::size_t soft_limit_in_pages() {
  std::size_t pages = 0;
  std::ifstream("/proc/sys/fs/pipe-user-pages-soft") >> pages;
  return pages;
}

/// What an ordinary user sees. A child's exit code is its verdict: 0 for as it should be.
int exhaust_the_users_pipe_pages() {
  PipePool pool(4000);
  auto pipes = lend_all(pool, start);
  if (pool.refused().too_small != 1 || pool.refused().all_lent != 0) return 10;
  for (const auto& pipe : pipes)
    if (pipe->capacity() < PipePool::least_capacity) return 11;
  if (pipes.size() < 8 || pipes.front()->capacity() != PipePool::wanted_capacity) return 12;
  const auto held = open_descriptors();
  if (pool.lend(start) || pool.refused().too_small != 1) return 13;
  if (pool.lend(start + std::chrono::seconds(1)) || pool.refused().too_small != 2) return 14;
  if (open_descriptors() != held) return 15;  // a pipe that is too small is closed again
  pool.take_back(std::move(pipes.back()));
  pipes.pop_back();
  if (!pool.lend(start)) return 16;
  return 0;
}

TEST(PipePool, RefusesAnOrdinaryUserWhosePipePagesAreSpent) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const auto pages = soft_limit_in_pages();
  if (pages == 0 || pages > 65'536) GTEST_SKIP() << "no limit on pipe pages that could be reached: " << pages;
  EXPECT_EQ(exit_code_as_nobody(exhaust_the_users_pipe_pages), 0);
}

}  // namespace
}  // namespace shirgate::test
