#include "audit/journal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "certs/signing_key.hpp"
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
  // A segment line, five events and a head.
  EXPECT_TRUE(segments[1].ends_with("/audit-000000000008.jsonl")) << segments[1];
}

TEST(Journal, BeginsEachSegmentWithItsNameAndEndsTheLogWithASignature) {
  const TemporaryDirectory directory;
  open_journal(directory.path());
  EXPECT_EQ(actions_in(directory.path()), (std::vector<std::string>{"segment", "head"}));
  const auto line = boost::json::parse(all_lines_in(directory.path()).at(0)).as_object();
  EXPECT_EQ(line.at(field::note).as_string(), "shirgate");
  EXPECT_EQ(line.at(field::live).as_int64(), 0);
  RawKey raw{};
  ASSERT_TRUE(from_hex(std::string_view(line.at(field::key).as_string()), raw));
  EXPECT_EQ(PublicKey::from_pem(text_of(directory.path() + "/key.pub"))->raw(), raw);
  EXPECT_EQ(std::string_view(line.at(field::gate).as_string()), to_hex(sha256(raw)).substr(0, 16));
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

// AUD-016
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

// AUD-017
TEST(Journal, TrustsNoDirectoryThatOthersCouldChange) {
  const TemporaryDirectory directory;
  const auto at = [&](const char* name) { return directory.path() + '/' + name; };
  const auto complaint = [](const std::string& path) {
    const auto opened = Journal::open({.directory = path});
    return opened.has_error() ? opened.error().text() : "";
  };
  std::filesystem::create_directory(at("own"));
  std::filesystem::create_directory_symlink(at("own"), at("link"));
  EXPECT_EQ(
      complaint(at("link")),
      "audit: " + at("link") + " is a symbolic link, which whoever owns it can point elsewhere; name the directory");
  for (const auto* const name : {"link/", "link/.", "link//./"})
    EXPECT_NE(complaint(at(name)).find("is a symbolic link"), std::string::npos) << complaint(at(name));
  ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
  EXPECT_EQ(complaint(at("fifo")), "audit: " + at("fifo") + " is no directory");
  EXPECT_EQ(complaint("/dev/null"), "audit: /dev/null is no directory");
  std::filesystem::create_directory(at("open"));
  std::filesystem::permissions(at("open"), std::filesystem::perms::all);
  EXPECT_EQ(complaint(at("open")), "audit: " + at("open") + " can be written by everybody; chmod o-w it");
  std::filesystem::create_symlink("/dev/null", at("own/lock"));
  EXPECT_EQ(complaint(at("own")), "audit: can't open " + at("own") + "/lock: Too many levels of symbolic links");
  // Only root can give a directory away.
  constexpr uid_t nobody = 65534;
  std::filesystem::create_directory(at("foreign"));
  if (::chown(at("foreign").c_str(), nobody, nobody) == 0) {
    EXPECT_EQ(complaint(at("foreign")), "audit: " + at("foreign") +
                                            " belongs to user 65534, who can change what is in it; chown it to the "
                                            "gate's user, " +
                                            std::to_string(::geteuid()));
  }
}

// AUD-013: the order is that of the numbers; the clock on the wall is only written down.
TEST(Journal, KeepsItsOrderWhenTheWallClockSteps) {
  const TemporaryDirectory directory;
  const auto began = std::chrono::system_clock::now();
  {
    const auto journal = open_journal(directory.path());
    std::uint64_t tunnel = 0;
    for (const auto step :
         {std::chrono::hours(0), std::chrono::hours(-1), std::chrono::hours(24), std::chrono::hours(2)}) {
      auto event = tunnel_event(Action::open, ++tunnel);
      event.at = began + step;
      EXPECT_TRUE(journal->writer(0).append(event).taken);
    }
  }
  const auto opens = lines_in(directory.path(), "open");
  ASSERT_EQ(opens.size(), 4U);
  for (std::size_t i = 0; i < opens.size(); ++i) EXPECT_EQ(read_line_front(opens[i])->body.tunnel, i + 1);
  expect_no_gap(directory.path(), 4);
  const auto reopened = open_journal(directory.path());
  EXPECT_EQ(lines_in(directory.path(), "torn").size(), 4U);
}

TEST(Journal, SaysWhichPathItCanNotWriteAndWhy) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const auto below_a_file = Journal::open({.directory = directory.path() + "/file/audit"});
  ASSERT_TRUE(below_a_file.has_error());
  EXPECT_EQ(below_a_file.error().text(), "audit: can't open " + directory.path() + "/file/audit/lock: Not a directory");

  std::filesystem::create_directory(directory.path() + "/audit-000000000001.jsonl");
  EXPECT_EQ(complaint_about(directory.path()), "audit: " + directory.path() +
                                                   "/key.pem is missing, and without it nobody can go on with the log "
                                                   "in " +
                                                   directory.path() + ": put it back, or move the log away");
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

}  // namespace
}  // namespace shirgate::test
