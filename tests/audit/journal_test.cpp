#include "audit/journal.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;

TEST(Journal, NumbersTheLinesOfSeveralWritersWithoutAGap) {
  constexpr std::size_t writers = 3;
  constexpr std::uint64_t each = 1000;
  const TemporaryDirectory directory;
  {
    const auto journal = open_journal(directory.path(), writers);
    std::vector<std::thread> threads;
    for (std::size_t w = 0; w < writers; ++w)
      threads.emplace_back([&journal, w] {
        for (std::uint64_t i = 0; i < each; ++i)
          EXPECT_TRUE(Audit::accepted(journal->writer(w).append(tunnel_event(Action::progress, (w + 1) * 10'000 + i))));
      });
    for (auto& thread : threads) thread.join();
  }
  expect_no_gap(directory.path(), writers * each);
  std::map<std::int64_t, std::string> last;
  for (const auto& line : lines_in(directory.path())) {
    const std::string tunnel(boost::json::parse(line).as_object().at(field::tunnel).as_string());
    auto& before = last[std::stoll(tunnel, nullptr, 16) / 10'000];
    EXPECT_LT(before, tunnel) << "the lines of one writer keep their order";
    before = tunnel;
  }
  EXPECT_EQ(last.size(), writers);
}

TEST(Journal, GoesOnCountingAfterARestart) {
  const TemporaryDirectory directory;
  for (int run = 0; run < 3; ++run) {
    const auto journal = open_journal(directory.path());
    for (std::uint64_t i = 0; i < 5; ++i)
      EXPECT_TRUE(journal->writer(0).append(tunnel_event(Action::progress, i + 1)).taken);
  }
  expect_no_gap(directory.path(), 15);
  const auto segments = segments_of(directory.path());
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_TRUE(segments[1].ends_with("/audit-000000000006.jsonl")) << segments[1];
}

TEST(Journal, LeavesOneSegmentWhenNothingHappenedBetweenRestarts) {
  const TemporaryDirectory directory;
  for (int run = 0; run < 3; ++run) open_journal(directory.path());
  EXPECT_EQ(segments_of(directory.path()).size(), 1U);
  EXPECT_EQ(last_seq(directory.path()), 0U);
}

TEST(Journal, CreatesItsDirectoryWithItsParents) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/a/b";
  EXPECT_NE(open_journal(path), nullptr);
  EXPECT_TRUE(std::filesystem::is_directory(path));
}

TEST(Journal, IsNotReadableByEverybody) {
  const TemporaryDirectory directory;
  const auto journal = open_journal(directory.path());
  const auto others = std::filesystem::perms::others_all;
  const auto permissions = std::filesystem::status(segments_of(directory.path()).at(0)).permissions();
  EXPECT_EQ(permissions & others, std::filesystem::perms::none);
}

TEST(Journal, BelongsToOneGate) {
  const TemporaryDirectory directory;
  auto first = open_journal(directory.path());
  const auto second = Journal::open({.directory = directory.path()});
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().text(),
            "audit: " + directory.path() + " belongs to another running gate; give each its own directory");
  first.reset();
  EXPECT_NE(open_journal(directory.path()), nullptr);
}

TEST(Journal, SaysWhichPathItCanNotWriteAndWhy) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const auto below_a_file = Journal::open({.directory = directory.path() + "/file/audit"});
  ASSERT_TRUE(below_a_file.has_error());
  EXPECT_EQ(below_a_file.error().text(), "audit: can't open " + directory.path() + "/file/audit/lock: Not a directory");

  std::filesystem::create_directory(directory.path() + "/audit-000000000001.jsonl");
  const auto segment_in_the_way = Journal::open({.directory = directory.path()});
  ASSERT_TRUE(segment_in_the_way.has_error());
  EXPECT_EQ(segment_in_the_way.error().text(),
            "audit: can't write " + directory.path() + "/audit-000000000001.jsonl: Is a directory");
}

TEST(Journal, WritesALineSoonAfterItWasAccepted) {
  const TemporaryDirectory directory;
  const auto journal = open_journal(directory.path());
  for (std::uint64_t i = 1; i <= 50; ++i) {
    EXPECT_TRUE(journal->writer(0).append(tunnel_event(Action::open, i)).taken);
    ASSERT_TRUE(holds_soon([&] { return journal->lines_written() == i; })) << i;
    EXPECT_EQ(lines_in(directory.path()).size(), i);
  }
}

TEST(Journal, DoesNotWaitForItsGroupWhenARingFillsUpOrItIsClosed) {
  const TemporaryDirectory directory;
  std::size_t taken = 0;
  {
    const auto journal = open_journal(directory.path(), 1, std::chrono::hours(1));
    const std::string note(200, 'n');
    // More than the ring of a mebibyte holds at once.
    while (taken < 10'000) {
      const bool fits = journal->writer(0).append({.action = Action::policy, .note = note}).taken;
      if (fits)
        ++taken;
      else
        std::this_thread::yield();
    }
    EXPECT_TRUE(holds_soon([&] { return journal->lines_written() > 0; }));
  }
  expect_no_gap(directory.path(), taken);
}

TEST(Journal, WritesHostileTextInOneLine) {
  const TemporaryDirectory directory;
  {
    const auto journal = open_journal(directory.path());
    EXPECT_TRUE(
        journal->writer(0)
            .append({.action = Action::denied, .asked = "x\r\n{\"shirgate.seq\":999,\"event.action\":\"open\"}\n"})
            .taken);
  }
  expect_no_gap(directory.path(), 1);
  EXPECT_EQ(last_seq(directory.path()), 1U);
}

TEST(Segments, ComeOldestFirstAndOnlyThose) {
  const TemporaryDirectory directory;
  for (const auto* name : {"audit-000000000900.jsonl", "audit-000000000010.jsonl", "audit-000000001000.jsonl", "lock",
                           "audit-000000000005.jsonl.gz", "other.jsonl"})
    std::ofstream(directory.path() + '/' + name) << "";
  std::vector<std::string> names;
  for (const auto& path : segments_of(directory.path())) names.push_back(std::filesystem::path(path).filename());
  EXPECT_EQ(names, (std::vector<std::string>{"audit-000000000010.jsonl", "audit-000000000900.jsonl",
                                             "audit-000000001000.jsonl"}));
  EXPECT_EQ(segment_path("/x", 10), "/x/audit-000000000010.jsonl");
}

TEST(Segments, OfADirectoryThatIsNotThereAreNone) {
  EXPECT_TRUE(segments_of("/nowhere/at/all").empty());
  EXPECT_EQ(last_seq("/nowhere/at/all"), 0U);
}

class CrashedJournal : public testing::Test {
 protected:
  void left(const std::string& name, const std::string& text) {
    std::ofstream(directory_.path() + "/audit-" + name + ".jsonl", std::ios::binary) << text;
  }
  TemporaryDirectory directory_;
};

TEST_F(CrashedJournal, GoesOnBehindTheLastWholeLine) {
  left("000000000001", "{\"shirgate.seq\":1}\n{\"shirgate.seq\":2}\n{\"shirgate.seq\":3,\"event.act");
  EXPECT_EQ(last_seq(directory_.path()), 2U);
  {
    const auto journal = open_journal(directory_.path());
    EXPECT_TRUE(journal->writer(0).append(tunnel_event(Action::progress, 7)).taken);
  }
  expect_no_gap(directory_.path(), 3);
  EXPECT_EQ(segments_of(directory_.path()).size(), 2U);
}

TEST_F(CrashedJournal, CutsOffASegmentWithoutOneWholeLine) {
  left("000000000001", "{\"shirgate.seq\":1}\n");
  left("000000000002", "{\"shirgate.seq\":2,\"event.act");
  {
    const auto journal = open_journal(directory_.path());
    EXPECT_TRUE(journal->writer(0).append(tunnel_event(Action::progress, 7)).taken);
  }
  expect_no_gap(directory_.path(), 2);
}

TEST_F(CrashedJournal, DoesNotOverwriteLinesItCanNotRead) {
  left("000000000001", "somebody else's line\n");
  const auto journal = Journal::open({.directory = directory_.path()});
  ASSERT_TRUE(journal.has_error());
  EXPECT_EQ(journal.error().text(), "audit: " + directory_.path() +
                                        "/audit-000000000001.jsonl holds lines that can't be read; move it away, it is "
                                        "not overwritten");
  EXPECT_EQ(text_of(segments_of(directory_.path()).at(0)), "somebody else's line\n");
}

TEST_F(CrashedJournal, IsNotMisledByLinesThatAreNone) {
  left("000000000001", "{\"shirgate.seq\":1}\ngarbage\n\n{\"shirgate.seq\":x}\n");
  EXPECT_EQ(last_seq(directory_.path()), 1U);
}

}  // namespace
}  // namespace shirgate::test
