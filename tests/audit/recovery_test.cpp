// What a journal makes of what the last one left.
#include <gtest/gtest.h>

#include <filesystem>

#include "audit/journal.hpp"
#include "crash.hpp"

namespace shirgate::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

Event opening(std::uint64_t tunnel) {
  static const Target target = *parse_target("kv1.vault.azure.net:443");
  auto event = tunnel_event(Action::open, tunnel);
  event.client = *parse_endpoint("10.20.0.21:40000");
  event.runtime = Name("prod");
  event.channel = Name("keyvault");
  event.target = &target;
  event.mode = Mode::report;
  return event;
}

class KilledJournal : public testing::Test {
 protected:
  /// Tunnels 1 to 9 open, the odd ones end; spread over the writers.
  void nine_tunnels(Journal& journal, std::size_t writers) {
    for (std::uint64_t i = 1; i <= 9; ++i) ASSERT_TRUE(journal.writer(i % writers).append(opening(i)).taken);
    for (std::uint64_t i = 1; i <= 9; i += 2)
      ASSERT_TRUE(journal.writer((i + 1) % writers).append(tunnel_event(Action::close, i)).taken);
  }
  /// Nothing is lost, nothing is there twice, and the four open tunnels got their end.
  static void expect_nine_tunnels(const std::string& directory) {
    expect_no_gap(directory, 14);
    std::set<std::string> torn;
    for (const auto& line : lines_in(directory, "torn")) torn.insert(std::string(text_value(line, field::tunnel)));
    EXPECT_EQ(torn,
              (std::set<std::string>{"0000000000000002", "0000000000000004", "0000000000000006", "0000000000000008"}));
    EXPECT_TRUE(lines_in(directory, "gap").empty());
    expect_intact(directory);
  }

  TemporaryDirectory directory_;
};

TEST_F(KilledJournal, WritesWhatWasStillInTheRings) {
  const auto journal = open_journal(directory_.path(), 3, hours(1));
  nine_tunnels(*journal, 3);
  const AfterKill killed(directory_.path());
  EXPECT_TRUE(lines_in(killed.path()).empty());
  for (const std::size_t writers : {1U, 5U}) open_journal(killed.path(), writers);
  expect_nine_tunnels(killed.path());
}

TEST_F(KilledJournal, WritesNothingTwiceThatWasOnDisk) {
  const auto journal = open_journal(directory_.path(), 3);
  nine_tunnels(*journal, 3);
  ASSERT_TRUE(holds_soon([&] { return journal->lines_written() == 14; }));
  const AfterKill killed(directory_.path());
  open_journal(killed.path());
  expect_nine_tunnels(killed.path());
}

TEST_F(KilledJournal, SaysOfATornTunnelWhatItsOpeningSaid) {
  const auto journal = open_journal(directory_.path(), 1, hours(1));
  ASSERT_TRUE(journal->writer(0).append(opening(7)).taken);
  const AfterKill killed(directory_.path());
  open_journal(killed.path());
  const auto torn = lines_in(killed.path(), "torn");
  ASSERT_EQ(torn.size(), 1U);
  const auto line = boost::json::parse(torn[0]).as_object();
  EXPECT_EQ(line.at(field::tunnel).as_string(), "0000000000000007");
  EXPECT_EQ(line.at(field::runtime).as_string(), "prod");
  EXPECT_EQ(line.at(field::channel).as_string(), "keyvault");
  EXPECT_EQ(line.at(field::mode).as_string(), "report");
  EXPECT_EQ(line.at(field::client_ip).as_string(), "10.20.0.21");
  EXPECT_EQ(line.at(field::host).as_string(), "kv1.vault.azure.net");
  EXPECT_EQ(line.at(field::port).as_int64(), 443);
}

/// A batch of which the disk has so many bytes, or all but so many.
TEST_F(KilledJournal, CollectsABatchAgainWhereverItWasCut) {
  const auto journal = open_journal(directory_.path(), 3, milliseconds(200));
  nine_tunnels(*journal, 3);
  ASSERT_TRUE(holds_soon([&] { return journal->lines_written() == 14; }));
  const auto whole = text_of(segments_of(directory_.path()).at(0));
  const auto header = whole.find('\n') + 1;
  // If the fourteen events went in one batch, all of them come from the rings again.
  for (std::size_t size = whole.size(); size + 210 > header; size -= std::min<std::size_t>(size, 211)) {
    const AfterKill killed(directory_.path());
    for (const auto* ring : {"0", "1", "2"}) unrelease(killed.path() + "/rings/" + ring + ".ring");
    const auto kept = std::max(size, header);
    overwrite(killed.last_segment(), whole.substr(0, kept));
    open_journal(killed.path());
    expect_nine_tunnels(killed.path());
    ASSERT_FALSE(HasFailure()) << kept << " of " << whole.size() << " bytes";
    if (kept == header) break;
  }
}

TEST_F(KilledJournal, RemovesASegmentThatHadNotBegun) {
  const auto journal = open_journal(directory_.path(), 1, hours(1));
  nine_tunnels(*journal, 1);
  for (const auto* begun : {"", "{\"shirgate.seq\":2,\"shirga"}) {
    const AfterKill killed(directory_.path());
    overwrite(segment_path(killed.path(), 2), begun);
    open_journal(killed.path());
    expect_nine_tunnels(killed.path());
  }
}

TEST_F(KilledJournal, NeedsTheLastSegmentOnly) {
  auto settings = settings_for(directory_.path());
  settings.segment_bytes = 500;  // a segment for each event
  const auto journal = open_journal(settings);
  for (std::uint64_t i = 1; i <= 9; ++i) {
    ASSERT_TRUE(journal->writer(0).append(opening(i)).taken);
    ASSERT_TRUE(holds_soon([&] { return journal->lines_written() == i; }));
  }
  ASSERT_TRUE(holds_soon([&] { return actions_in(directory_.path()).back() == "live"; }));
  const AfterKill killed(directory_.path());
  const auto segments = segments_of(killed.path());
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) std::filesystem::remove(segments[i]);
  open_journal(killed.path());
  EXPECT_EQ(lines_in(killed.path(), "torn").size(), 9U);
}

TEST_F(KilledJournal, DoesNotTrustRingsFromBeforeARestartOfTheMachine) {
  const auto journal = open_journal(directory_.path(), 1, hours(1));
  nine_tunnels(*journal, 1);
  const AfterKill killed(directory_.path());
  reboot(killed.path());
  open_journal(killed.path());
  expect_no_gap(killed.path(), 0);
  const auto gaps = lines_in(killed.path(), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(text_value(gaps[0], field::note),
            "the machine failed before the gate had stopped: up to 1 ms of events may be missing");
}

TEST_F(KilledJournal, WritesNoGapWhereItHadStoppedInOrder) {
  {
    const auto journal = open_journal(directory_.path());
    nine_tunnels(*journal, 1);
  }
  const AfterKill killed(directory_.path());
  reboot(killed.path());
  open_journal(killed.path());
  expect_nine_tunnels(killed.path());
}

TEST_F(KilledJournal, SaysThatItsStateIsGone) {
  open_journal(directory_.path());
  std::filesystem::remove(directory_.path() + "/state");
  open_journal(directory_.path());
  const auto gaps = lines_in(directory_.path(), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(text_value(gaps[0], field::note), "the file state is gone: up to 1 ms of events may be missing");
}

TEST_F(KilledJournal, CutsOffWhatTheMachineLeftOfALine) {
  {
    const auto journal = open_journal(directory_.path());
    nine_tunnels(*journal, 1);
  }
  const auto text = text_of(segments_of(directory_.path()).at(0));
  const AfterKill killed(directory_.path());
  reboot(killed.path());
  overwrite(killed.last_segment(), text + "{\"shirgate.seq\":17,\"shir");
  open_journal(killed.path());
  expect_nine_tunnels(killed.path());
}

TEST_F(KilledJournal, SaysWhereTheMachineLeftAHole) {
  const auto journal = open_journal(directory_.path());
  nine_tunnels(*journal, 1);
  ASSERT_TRUE(holds_soon([&] { return journal->lines_written() == 14; }));
  const AfterKill killed(directory_.path());
  reboot(killed.path());
  const auto text = text_of(killed.last_segment());
  overwrite(killed.last_segment(), text + std::string(4096, '\0') + "\n" + text.substr(0, text.find('\n') + 1));
  open_journal(killed.path());
  const auto gaps = lines_in(killed.path(), "gap");
  ASSERT_EQ(gaps.size(), 2U) << "the hole, and what may be missing behind it";
  EXPECT_NE(gaps[0].find("had a hole behind line 15"), std::string::npos) << gaps[0];
  expect_no_gap(killed.path(), 14);
}

/// What must not be written on, because it is not what the journal wrote.
class SpoiltLog : public KilledJournal {
 protected:
  SpoiltLog() {
    const auto journal = open_journal(directory_.path());
    nine_tunnels(*journal, 1);
  }
  [[nodiscard]] std::string segment() const { return segments_of(directory_.path()).at(0); }
  void expect_refused(const std::string& complaint) const {
    const auto before = text_of(segment());
    EXPECT_EQ(complaint_about(directory_.path()), complaint);
    EXPECT_EQ(text_of(segment()), before) << "nothing is overwritten";
    EXPECT_EQ(segments_of(directory_.path()).size(), 1U);
  }
  [[nodiscard]] std::string refused(const std::string& where, const std::string& why) const {
    return "audit: " + where + ' ' + why + "; `shirgate verify " + directory_.path() +
           "` says more. Put back what is missing, or move the directory away: nothing in it is overwritten";
  }
};

TEST_F(SpoiltLog, WithAnEditedLine) {
  replace_once(segment(), "kv1.vault", "kv2.vault");
  expect_refused(refused(segment() + ":3", "does not follow from the line before it"));
}

TEST_F(SpoiltLog, WithAMissingLine) {
  auto text = text_of(segment());
  const auto third = text.find('\n', text.find('\n') + 1) + 1;
  overwrite(segment(), text.erase(third, text.find('\n', third) + 1 - third));
  expect_refused(refused(segment() + ":3", "has number 4 where 3 belongs"));
}

TEST_F(SpoiltLog, WithoutItsLastLines) {
  const auto text = text_of(segment());
  overwrite(segment(), text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  expect_refused(refused(segment(), "ends with line 15, and lines up to 16 had been on disk"));
}

TEST_F(SpoiltLog, WithALineThatSomebodyAdded) {
  Chain chain(std::string(text_value(text_of(segment()), field::gate)),
              {17, hash_of_line(all_lines_in(directory_.path()).back())});
  auto text = text_of(segment());
  chain.append(text, R"({"@timestamp":"2026-11-22T12:00:00.000Z","event.action":"start"})");
  overwrite(segment(), text);
  expect_refused(refused(segment(), "has lines behind line 16, which was the last"));
}

TEST_F(SpoiltLog, WithForeignText) {
  overwrite(segment(), "somebody else's line\n");
  expect_refused(refused(segment() + ":1", "is no line of an audit log"));
  overwrite(segment(), "no line at all");
  expect_refused(refused(segment() + ":1", "is no line of an audit log"));
}

TEST_F(SpoiltLog, OfAnOlderVersion) {
  overwrite(segment(), "{\"shirgate.seq\":1,\"@timestamp\":\"2026-11-22T12:00:00.000Z\",\"event.action\":\"start\"}\n");
  expect_refused("audit: " + segment() +
                 " has lines without a chain, as an older version wrote them; move it away, it is not overwritten");
}

TEST_F(SpoiltLog, WithoutItsKey) {
  std::filesystem::remove(directory_.path() + "/key.pem");
  expect_refused("audit: " + directory_.path() +
                 "/key.pem is missing, and without it nobody can go on with the log in " + directory_.path() +
                 ": put it back, or move the log away");
}

TEST_F(SpoiltLog, WithAnotherKey) {
  std::filesystem::remove(directory_.path() + "/key.pem");
  ASSERT_TRUE(SigningKey::make().save(directory_.path() + "/key.pem").has_value());
  expect_refused("audit: " + segment() + " was signed with another key than " + directory_.path() +
                 "/key.pem; put that key back, or move the directory away");
}

TEST_F(SpoiltLog, WithAStateThatCanNotBeRead) {
  overwrite(directory_.path() + "/state", std::string(4096, 'x'));
  expect_refused("audit: " + directory_.path() +
                 "/state can't be read: damaged, or of another version; move the directory away, or put the version "
                 "back that wrote it");
}

TEST_F(SpoiltLog, WithoutAnySegment) {
  std::filesystem::remove(segment());
  EXPECT_EQ(complaint_about(directory_.path()),
            refused(directory_.path(), "has lines up to 0, and lines up to 16 had been on disk"));
}

TEST_F(KilledJournal, RefusesARingItCanNotRead) {
  const auto journal = open_journal(directory_.path(), 1, hours(1));
  nine_tunnels(*journal, 1);
  const AfterKill killed(directory_.path());
  const auto ring = killed.path() + "/rings/0.ring";
  overwrite(ring, "x" + text_of(ring).substr(1));
  EXPECT_EQ(complaint_about(killed.path()),
            "audit: " + ring +
                " can't be read: damaged, or of another version; move it away, and the last events it "
                "holds are lost");
}

}  // namespace
}  // namespace shirgate::test
