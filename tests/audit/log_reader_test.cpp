// Directories of segments as one log.
#include "audit/log_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/segment.hpp"
#include "segment_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

std::string line(std::uint64_t seq, std::string_view host = "h", std::string_view gate = "00000000000000aa") {
  return fmt::format(R"({{"shirgate.seq":{},"shirgate.gate":"{}","@timestamp":"2026-11-22T10:00:00.000Z",)"
                     R"("event.action":"open","destination.domain":"{}"}})"
                     "\n",
                     seq, gate, host);
}

class LogReading : public testing::Test {
 protected:
  [[nodiscard]] std::string directory(std::string_view name) const {
    const auto path = fmt::format("{}/{}", root_.path(), name);
    std::filesystem::create_directories(path);
    return path;
  }
  /// "seq:host" of every event, in order; nothing where a directory is none.
  std::vector<std::string> read(const std::vector<std::string>& directories) {
    std::vector<std::string> events;
    LogReader reader;
    for (const auto& name : directories) {
      const auto added = reader.add_directory(name);
      if (added.has_error()) return {added.error().text()};
    }
    reader.read([&](const LogLine& event) { events.push_back(fmt::format("{}:{}", event.seq, event.host)); },
                [&](std::uint64_t read, std::uint64_t total) {
                  progress_ = {read, total};
                });
    troubles_ = reader.troubles();
    return events;
  }
  TemporaryDirectory root_;
  LogTroubles troubles_;
  std::pair<std::uint64_t, std::uint64_t> progress_;
};

using Events = std::vector<std::string>;

TEST_F(LogReading, TakesPlainAndCompressedSegmentsInOrder) {
  const auto log = directory("a");
  write_file(segment_path(log, 3), line(3));
  write_file(segment_path(log, 1) + ".zst", compressed(line(1) + line(2)));
  EXPECT_EQ(read({log}), (Events{"1:h", "2:h", "3:h"}));
  EXPECT_FALSE(troubles_.any());
  EXPECT_GT(progress_.second, 0U);
  EXPECT_EQ(progress_.first, progress_.second);
}

TEST_F(LogReading, LeavesOutWhatALaterSegmentSupersedes) {
  const auto log = directory("a");
  write_file(segment_path(log, 1), line(1, "old") + line(2, "old") + line(3, "old"));
  write_file(segment_path(log, 2), line(2, "new") + line(3, "new") + line(4, "new"));
  EXPECT_EQ(read({log}), (Events{"1:old", "2:new", "3:new", "4:new"}));
}

TEST_F(LogReading, CountsADirectoryOnceHoweverItIsNamed) {
  const auto log = directory("a");
  write_file(segment_path(log, 1), line(1));
  std::filesystem::create_directory_symlink(log, root_.path() + "/b");
  EXPECT_EQ(read({log, log + "/.", root_.path() + "/b"}), (Events{"1:h"}));
}

TEST_F(LogReading, CountsLinesOfACopyOnceAndTakesWhatOnlyItHasInTheOrderOfTheGate) {
  const auto log = directory("a");
  const auto copy = directory("b");
  write_file(segment_path(log, 2), line(2) + line(3));
  write_file(segment_path(copy, 1), line(1) + line(2));
  EXPECT_EQ(read({log, copy}), (Events{"1:h", "2:h", "3:h"}));
}

TEST_F(LogReading, ReadsEachGateInItsOrderWhateverTheOrderOfItsDirectories) {
  const auto newer = directory("a");
  const auto other = directory("b");
  const auto older = directory("c");
  write_file(segment_path(newer, 5), line(5));
  write_file(segment_path(newer, 9), line(9));
  write_file(segment_path(other, 1), line(1, "other", "00000000000000bb"));
  write_file(segment_path(older, 1) + ".zst", compressed(line(1) + line(2)));
  write_file(segment_path(older, 7), line(7));
  EXPECT_EQ(read({newer, other, older}), (Events{"1:h", "2:h", "5:h", "7:h", "9:h", "1:other"}));
}

TEST_F(LogReading, TellsGatesApartByNameAndNamelessOnesByDirectory) {
  const auto a = directory("a");
  const auto b = directory("b");
  write_file(segment_path(a, 1), line(1, "h", "00000000000000aa"));
  write_file(segment_path(b, 1), line(1, "h", "00000000000000bb"));
  EXPECT_EQ(read({a, b}).size(), 2U);
  constexpr std::string_view nameless =
      R"({"shirgate.seq":1,"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"open"})"
      "\n";
  write_file(segment_path(a, 1), nameless);
  write_file(segment_path(b, 1), nameless);
  EXPECT_EQ(read({a, b}).size(), 2U);
}

TEST_F(LogReading, NamesWhatItCouldNotRead) {
  const auto log = directory("a");
  const auto first = segment_path(log, 1);
  write_file(first, line(1) + "no event\n" + std::string(70'000, 'x') + "\n" + line(2) + "{\"torn");
  const auto second = segment_path(log, 5) + ".zst";
  write_file(second, compressed(line(5)).substr(0, 20));
  EXPECT_EQ(read({log}), (Events{"1:h", "2:h"}));
  EXPECT_TRUE(troubles_.any());
  EXPECT_EQ(troubles_.unreadable, (std::vector<std::string>{first + ":2", first + ":3"}));
  EXPECT_EQ(troubles_.unreadable_count, 2U);
  EXPECT_EQ(troubles_.torn, (std::vector<std::string>{first + ":5"}));
  EXPECT_EQ(troubles_.broken, (std::vector<std::string>{second + " is compressed and ends too early"}));
}

TEST_F(LogReading, ListsOnlySoManyUnreadableLinesAndCountsAll) {
  const auto log = directory("a");
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "no event\n";
  write_file(segment_path(log, 1), text);
  read({log});
  EXPECT_EQ(troubles_.unreadable.size(), LogTroubles::max_listed);
  EXPECT_EQ(troubles_.unreadable_count, 1000U);
}

TEST_F(LogReading, DoesNotTakeATornTailForTrouble) {
  const auto log = directory("a");
  write_file(segment_path(log, 1), line(1) + "{");
  read({log});
  EXPECT_FALSE(troubles_.any());
}

TEST_F(LogReading, SaysWhyADirectoryCanNotBeRead) {
  const auto path = root_.path() + "/file";
  write_file(path, "");
  EXPECT_EQ(read({path}), (Events{path + ": can't be read: Not a directory"}));
}

TEST_F(LogReading, SaysWhereThereIsNoLog) {
  const auto events = read({root_.path()});
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events.front().starts_with(root_.path() + ": no audit log here")) << events.front();
}

}  // namespace
}  // namespace shirgate::test
