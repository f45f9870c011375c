// A log as it grows.
#include "audit/log_follower.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/segment.hpp"
#include "segment_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

std::string line(int seq) {
  return fmt::format(R"({{"shirgate.seq":{},"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"open"}})"
                     "\n",
                     seq);
}

class Following : public testing::Test {
 protected:
  [[nodiscard]] LogFollower follower(LogFollower::From from) const {
    auto opened = LogFollower::open(directory_.path(), from);
    if (opened.has_error()) throw std::runtime_error(opened.error().text());
    return *std::move(opened);
  }
  static std::vector<std::uint64_t> polled(LogFollower& follower) {
    std::vector<std::uint64_t> numbers;
    const bool any = follower.poll([&](const LogLine& event) { numbers.push_back(event.seq); });
    EXPECT_EQ(any, !numbers.empty());
    return numbers;
  }
  void write(std::uint64_t first_seq, std::string_view text) const {
    std::ofstream(segment_path(directory_.path(), first_seq), std::ios::app) << text;
  }
  TemporaryDirectory directory_;
};

using Numbers = std::vector<std::uint64_t>;

TEST_F(Following, TellsWhatComesAfterItBegan) {
  write(1, line(1));
  auto log = follower(LogFollower::From::end);
  EXPECT_EQ(polled(log), Numbers{});
  write(1, line(2) + line(3).substr(0, 20));
  EXPECT_EQ(polled(log), Numbers{2});
  write(1, line(3).substr(20));
  EXPECT_EQ(polled(log), Numbers{3});
}

TEST_F(Following, TellsEverythingFromTheBeginning) {
  write(1, line(1));
  write(2, line(2));
  auto log = follower(LogFollower::From::beginning);
  EXPECT_EQ(polled(log), (Numbers{1, 2}));
}

TEST_F(Following, ReadsTheOldSegmentToItsEndBeforeTheNewOne) {
  write(1, line(1));
  auto log = follower(LogFollower::From::end);
  write(1, line(2));
  write(3, line(3));
  write(4, line(4));
  EXPECT_EQ(polled(log), (Numbers{2, 3, 4}));
}

TEST_F(Following, GoesOnWhereSegmentsWereCompressedMeanwhile) {
  write(1, line(1));
  auto log = follower(LogFollower::From::end);
  write(1, line(2));
  std::filesystem::remove(segment_path(directory_.path(), 1));
  write_file(segment_path(directory_.path(), 1) + ".zst", compressed(line(1) + line(2)));
  write_file(segment_path(directory_.path(), 3) + ".zst", compressed(line(3)));
  write(4, line(4));
  EXPECT_EQ(polled(log), (Numbers{2, 3, 4}));
}

TEST_F(Following, LeavesOutWhatIsNoEvent) {
  write(1, line(1));
  auto log = follower(LogFollower::From::end);
  write(1, "no event\n" + line(2));
  EXPECT_EQ(polled(log), Numbers{2});
}

TEST_F(Following, NeedsALog) { EXPECT_TRUE(LogFollower::open(directory_.path(), LogFollower::From::end).has_error()); }

}  // namespace
}  // namespace shirgate::test
