#include "audit/sinks/follower.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "log_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using Lines = std::vector<std::string>;

class FollowerTest : public testing::Test {
 protected:
  Lines read_all(std::uint64_t up_to = std::numeric_limits<std::uint64_t>::max()) {
    Lines lines;
    while (const auto line = follower_.next(up_to)) lines.emplace_back(line->text);
    return lines;
  }
  void go_to(const Cursor& cursor) {
    const auto gone = follower_.go_to(cursor);
    ASSERT_TRUE(gone.has_value()) << gone.error().text();
  }
  static Cursor cursor_at(const std::string& line) { return {read_line_front(line)->seq, hash_of_line(line)}; }
  static Lines tail(const Lines& lines, std::size_t from) {
    return {lines.begin() + static_cast<long>(from), lines.end()};
  }

  TemporaryDirectory directory_;
  LogWriter log_{directory_.path()};
  std::vector<std::string> troubles_;
  Follower follower_{directory_.path(), [this](std::string_view text) { troubles_.emplace_back(text); }};
};

TEST_F(FollowerTest, HandsOutEveryLineInOrderOverSegments) {
  Lines expected;
  for (int segment = 0; segment < 4; ++segment) {
    log_.begin_segment();
    for (auto& line : log_.add_many(5)) expected.push_back(line);
    if (segment % 2 == 0) LogWriter::compress(log_.path());
  }
  EXPECT_EQ(read_all(), expected);
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(FollowerTest, GoesOnBehindItsCursorWhereverThatIs) {
  Lines all;
  for (int segment = 0; segment < 3; ++segment) {
    log_.begin_segment();
    for (auto& line : log_.add_many(4)) all.push_back(line);
    if (segment == 1) LogWriter::compress(log_.path());
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    go_to(cursor_at(all[i]));
    EXPECT_EQ(read_all(), tail(all, i + 1)) << i;
  }
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(FollowerTest, FollowsWhatIsWrittenMeanwhileAndNeverATornLine) {
  Lines expected{log_.add()};
  EXPECT_EQ(read_all(), expected);
  const auto whole = log_.add();
  std::filesystem::resize_file(log_.path(), std::filesystem::file_size(log_.path()) - 10);
  EXPECT_EQ(read_all(), Lines());
  log_.put(whole.substr(whole.size() - 9) + '\n');
  EXPECT_EQ(read_all(), Lines{whole});
  log_.begin_segment();
  const auto next = log_.add();
  EXPECT_EQ(read_all(), Lines{next});
}

TEST_F(FollowerTest, ReadsASegmentToItsEndWhileItIsCompressed) {
  auto expected = log_.add_many(3);
  ASSERT_EQ(follower_.next()->text, expected[0]);
  expected.push_back(log_.add());
  const auto first = log_.path();
  log_.begin_segment();
  expected.push_back(log_.add());
  LogWriter::compress(first);
  EXPECT_EQ(read_all(), tail(expected, 1));
}

TEST_F(FollowerTest, HoldsBackWhatTheJournalMayStillTakeBack) {
  const auto durable = log_.add_many(2);
  const auto before = log_.end();
  const auto size = std::filesystem::file_size(log_.path());
  log_.add("open");
  log_.add("open");
  EXPECT_EQ(read_all(2), durable);
  // The batch was cut off and written otherwise, into the same file.
  std::filesystem::resize_file(log_.path(), size);
  log_.take_back_to(before);
  const auto again = log_.add("denied");
  EXPECT_EQ(read_all(3), Lines{again});
}

TEST_F(FollowerTest, ForgetsWhatItReadAheadAndTheJournalTookBack) {
  for (const bool in_the_same_file : {true, false}) {
    auto expected = log_.add_many(5);
    const auto before = log_.end();
    const auto size = std::filesystem::file_size(log_.path());
    log_.add("open");
    log_.add("open");
    // It lags behind, and all of it is in its buffer.
    ASSERT_EQ(follower_.next(before.next_seq - 1)->text, expected[0]);
    std::filesystem::resize_file(log_.path(), size);
    log_.take_back_to(before);
    if (!in_the_same_file) log_.begin_segment();
    for (int i = 0; i < 3; ++i) expected.push_back(log_.add("denied"));
    EXPECT_EQ(read_all(log_.end().next_seq - 1), tail(expected, 1));
  }
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(FollowerTest, NoticesThatASegmentWasRemovedAndMadeAnew) {
  for (const bool empty : {true, false}) {
    const auto whole = log_.add();
    const auto size = std::filesystem::file_size(log_.path());
    log_.add();
    // The last line is damaged, so it looks for it in the segment that was just begun.
    std::filesystem::resize_file(log_.path(), size);
    log_.put("nonsense\n");
    const auto up_to = log_.end().next_seq - 1;
    const auto before = log_.end();
    log_.begin_segment();
    log_.put("");
    if (!empty) log_.add("open");
    EXPECT_EQ(read_all(up_to), Lines{whole});
    std::filesystem::remove(log_.path());
    log_.take_back_to(before);
    const Lines again{log_.add("denied"), log_.add("denied")};
    EXPECT_EQ(read_all(up_to + 2), again);
  }
}

TEST_F(FollowerTest, TakesSupersededLinesFromTheLaterSegmentOnly) {
  auto expected = log_.add_many(3);
  const auto durable = log_.end();
  log_.add("open");
  log_.add("open");
  log_.put("{\"shirgate.seq\":6,\"torn");
  EXPECT_EQ(read_all(3), expected);  // with the superseded ones read but held back
  log_.go_back_to(durable);
  const Lines rest{log_.add("segment"), log_.add("gap"), log_.add("open")};
  EXPECT_EQ(read_all(6), rest);
  EXPECT_TRUE(troubles_.empty());
  go_to({});
  for (const auto& line : rest) expected.push_back(line);
  EXPECT_EQ(read_all(), expected);
}

TEST_F(FollowerTest, DeliversAgainWhatWasSupersededAfterItsDelivery) {
  log_.add_many(3);
  const auto durable = log_.end();
  const auto delivered = log_.add("open");
  log_.go_back_to(durable);
  const Lines rest{log_.add("segment"), log_.add("gap"), log_.add("open")};
  go_to(cursor_at(delivered));
  EXPECT_EQ(read_all(), rest);
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_NE(troubles_[0].find("lines 4 to 4 were delivered and then written anew"), std::string::npos) << troubles_[0];
}

TEST_F(FollowerTest, ContinuesAtTheOldestSegmentWhereItsOwnIsDeletedAndSaysSo) {
  const auto old = log_.add_many(5);
  const auto first = log_.path();
  log_.begin_segment();
  const auto rest = log_.add_many(2);
  std::filesystem::remove(first);
  go_to(cursor_at(old[1]));
  EXPECT_EQ(read_all(), rest);
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_NE(troubles_[0].find("lines 3 to 5"), std::string::npos) << troubles_[0];
  go_to(cursor_at(old[4]));
  EXPECT_EQ(read_all(), rest);
  EXPECT_EQ(troubles_.size(), 1U) << "nothing was missing";
}

TEST_F(FollowerTest, BeginsWithTheOldestLineThereIsWithoutACursor) {
  log_.add_many(5);
  const auto first = log_.path();
  log_.begin_segment();
  const auto rest = log_.add_many(2);
  std::filesystem::remove(first);
  go_to({});
  EXPECT_EQ(read_all(), rest);
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(FollowerTest, RefusesACursorBeyondTheEnd) {
  const auto lines = log_.add_many(5);
  auto cursor = cursor_at(lines[4]);
  ++cursor.seq;
  const auto gone = follower_.go_to(cursor);
  ASSERT_TRUE(gone.has_error());
  EXPECT_NE(gone.error().text().find("ends before it"), std::string::npos) << gone.error().text();
  std::filesystem::remove(log_.path());
  EXPECT_TRUE(follower_.go_to(cursor).has_error());
}

TEST_F(FollowerTest, RefusesACursorOfAnotherLog) {
  const auto lines = log_.add_many(5);
  const auto gone = follower_.go_to({3, hash_of_line("another")});
  ASSERT_TRUE(gone.has_error());
  EXPECT_NE(gone.error().text().find("the log was replaced"), std::string::npos) << gone.error().text();
}

TEST_F(FollowerTest, SaysWhatADamagedSegmentHides) {
  const auto old = log_.add_many(2000);
  const auto first = log_.path();
  LogWriter::compress(first);
  std::filesystem::resize_file(first + ".zst", std::filesystem::file_size(first + ".zst") / 2);
  log_.begin_segment();
  const auto rest = log_.add_many(2);
  const auto read = read_all();
  ASSERT_GE(read.size(), 2U);
  EXPECT_EQ(tail(read, read.size() - 2), rest);
  ASSERT_EQ(troubles_.size(), 2U);
  EXPECT_NE(troubles_[0].find("ends too early"), std::string::npos) << troubles_[0];
  EXPECT_NE(troubles_[1].find("to 2000 are not in"), std::string::npos) << troubles_[1];
}

TEST_F(FollowerTest, GoesOnWithTheLineBehindADeliveredOneThatIsDamaged) {
  const auto before = log_.add_many(2);
  const auto size = std::filesystem::file_size(log_.path());
  const auto delivered = log_.add();
  std::filesystem::resize_file(log_.path(), size);
  log_.put("nonsense\n");
  Lines rest{log_.add(), log_.add()};
  log_.begin_segment();
  rest.push_back(log_.add());
  go_to(cursor_at(delivered));
  EXPECT_EQ(read_all(), rest);
  ASSERT_FALSE(troubles_.empty());
  EXPECT_NE(troubles_[0].find("lacks line 3"), std::string::npos) << troubles_[0];
}

TEST_F(FollowerTest, SkipsAndNamesWhatIsNoLine) {
  const auto first = log_.add();
  log_.put("nonsense\n");
  const auto second = log_.add();
  EXPECT_EQ(read_all(), (Lines{first, second}));
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_NE(troubles_[0].find("line 2, is no line"), std::string::npos) << troubles_[0];
}

}  // namespace
}  // namespace shirgate::test
