// When a flow is spliced and when it is copied.
#include <cerrno>

#include "flow_fixture.hpp"
#include "without_splice.hpp"

namespace shirgate::test {
namespace {

const std::string full(FlowFixture::bounce_bytes, 'f');

class Promotion : public FlowFixture {
 protected:
  using FlowFixture::FlowFixture;
  /// One read that brings so many bytes.
  void one_read_of(std::size_t size) {
    ASSERT_NO_FATAL_FAILURE(arrive(std::string(size, 'b')));
    const auto before = flow_.bytes;
    EXPECT_EQ(move(), Moved::some);
    EXPECT_EQ(flow_.bytes, before + size);
    sink_.read();
    notice();
  }
  void become_bulk() {
    for (int i = 0; i < 3; ++i) one_read_of(full.size());
    ASSERT_TRUE(flow_.bulk);
  }
};

TEST_F(Promotion, FollowsThreeFullReads) {
  one_read_of(full.size());
  one_read_of(full.size());
  EXPECT_FALSE(flow_.bulk);
  one_read_of(full.size());
  EXPECT_TRUE(flow_.bulk);
  EXPECT_EQ(counters_.promoted, 1U);
  EXPECT_EQ(counters_.copied_bytes, 3 * full.size());
  EXPECT_EQ(counters_.spliced_bytes, 0U);
  one_read_of(full.size());
  EXPECT_EQ(counters_.spliced_bytes, full.size());
  EXPECT_EQ(pipes_.lent(), 0U) << "no longer than bytes are in it";
}

TEST_F(Promotion, WantsTheFullReadsInARow) {
  for (int i = 0; i < 4; ++i) {
    one_read_of(full.size());
    one_read_of(full.size());
    one_read_of(full.size() - 1);
  }
  EXPECT_FALSE(flow_.bulk);
  EXPECT_EQ(counters_.promoted, 0U);
}

TEST_F(Promotion, IsTakenBackAfterThreeSmallReads) {
  become_bulk();
  one_read_of(100);
  one_read_of(100);
  one_read_of(full.size());
  one_read_of(100);
  one_read_of(100);
  EXPECT_TRUE(flow_.bulk) << "not in a row";
  one_read_of(100);
  EXPECT_FALSE(flow_.bulk);
  EXPECT_EQ(counters_.demoted_small, 1U);
  one_read_of(100);
  EXPECT_EQ(counters_.copied_bytes, 3 * full.size() + 100);
}

TEST_F(Promotion, IsTakenBackInSilence) {
  flow_.demote_quiet(counters_);
  EXPECT_EQ(counters_.demoted_quiet, 0U) << "it was none";
  become_bulk();
  flow_.demote_quiet(counters_);
  EXPECT_FALSE(flow_.bulk);
  EXPECT_EQ(counters_.demoted_quiet, 1U);
  become_bulk();
  EXPECT_EQ(counters_.promoted, 2U);
}

class Refusal : public Promotion, public testing::WithParamInterface<int> {};

TEST_P(Refusal, OfTheKernelIsTakenForGood) {
  become_bulk();
  ASSERT_NO_FATAL_FAILURE(arrive(full));
  Moved moved = Moved::idle;
  ASSERT_TRUE(run_without_splice(GetParam(), [&] { moved = move(); }));
  EXPECT_EQ(moved, Moved::some) << "copied instead";
  EXPECT_FALSE(flow_.bulk);
  EXPECT_EQ(counters_.demoted_refused, 1U);
  EXPECT_EQ(pipes_.lent(), 0U);
  sink_.read();
  for (int i = 0; i < 6; ++i) one_read_of(full.size());
  EXPECT_FALSE(flow_.bulk);
  EXPECT_EQ(counters_.copied_bytes, 10 * full.size());
}

INSTANTIATE_TEST_SUITE_P(Errno, Refusal, testing::Values(EPERM, ENOSYS, EINVAL, EOPNOTSUPP));

class OnlySplice : public Promotion {
 protected:
  OnlySplice() : Promotion(RelayMode::splice) {}
};

TEST_F(OnlySplice, SplicesFromTheFirstByteAndHoweverSmall) {
  for (int i = 0; i < 10; ++i) one_read_of(10);
  EXPECT_EQ(counters_.spliced_bytes, 100U);
  EXPECT_EQ(counters_.copied_bytes, 0U);
  EXPECT_EQ(counters_.demoted_small, 0U);
}

class OnlyCopy : public Promotion {
 protected:
  OnlyCopy() : Promotion(RelayMode::copy) {}
};

TEST_F(OnlyCopy, NeverSplices) {
  for (int i = 0; i < 10; ++i) one_read_of(full.size());
  EXPECT_EQ(counters_.spliced_bytes, 0U);
  EXPECT_EQ(counters_.promoted, 0U);
  EXPECT_FALSE(flow_.bulk);
}

class WithoutPipes : public Promotion {
 protected:
  WithoutPipes() : Promotion(RelayMode::automatic, 0) {}
};

TEST_F(WithoutPipes, CopiesOn) {
  become_bulk();
  const auto bytes = noise(std::size_t{4} << 20, 1);
  const auto already = sink_.got.size();
  std::size_t sent = 0;
  flow_until([&] {
    sent += source_.send(std::string_view(bytes).substr(sent));
    return sink_.got.size() == already + bytes.size();
  });
  EXPECT_TRUE(sink_.got.substr(already) == bytes);
  EXPECT_EQ(counters_.spliced_bytes, 0U);
  EXPECT_GT(pipes_.refused().all_lent, 10U);
}

}  // namespace
}  // namespace shirgate::test
