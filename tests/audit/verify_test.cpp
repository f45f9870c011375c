#include "audit/verify.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "crash.hpp"

namespace shirgate::test {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream text(text_of(path));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

/// Three runs, so three segments: 1 to 8, 9 to 16, 17 to 24. Tunnel 3 of each is torn.
class Verify : public testing::Test {
 protected:
  Verify() {
    auto settings = settings_for(directory_.path());
    settings.on_head = [this](std::string_view head) { heads_.emplace_back(head); };
    for (int run = 0; run < 3; ++run) {
      const auto journal = open_journal(settings);
      for (std::uint64_t i = 1; i <= 3; ++i) journal->writer(0).append(tunnel_event(Action::open, 3 * run + i));
      for (std::uint64_t i = 1; i <= 2; ++i) journal->writer(0).append(tunnel_event(Action::close, 3 * run + i));
    }
    segments_ = segments_of(directory_.path());
  }

  [[nodiscard]] VerifyResult result(const VerifyOptions& options = {}) const {
    const auto found = verify(directory_.path(), options);
    EXPECT_TRUE(found.has_value()) << (found.has_error() ? found.error().text() : "");
    return found.has_value() ? *found : VerifyResult{};
  }
  /// The first fault there is.
  void expect_fault(const std::string& where, const std::string& what, const VerifyOptions& options = {}) const {
    const auto found = result(options);
    EXPECT_FALSE(found.intact());
    ASSERT_FALSE(found.faults.empty());
    EXPECT_EQ(found.faults[0].where, where);
    EXPECT_EQ(found.faults[0].what, what) << faults_of(found);
  }
  /// SEQ:HASH, as an operator copies it.
  [[nodiscard]] std::string known_head(std::size_t index) const {
    std::istringstream words(heads_.at(index));
    std::string audit, head, gate, seq, prev;
    words >> audit >> head >> gate >> seq >> prev;
    return seq + ':' + prev;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> segments_;
  std::vector<std::string> heads_;
};

TEST_F(Verify, CountsAnIntactLog) {
  const auto found = result();
  EXPECT_TRUE(found.intact()) << faults_of(found);
  EXPECT_EQ(found.segments, 3U);
  EXPECT_EQ(found.first_seq, 1U);
  EXPECT_EQ(found.last_seq, found.lines);
  EXPECT_EQ(found.opens, 9U);
  EXPECT_EQ(found.closes, 6U);
  EXPECT_EQ(found.torn, 2U);
  EXPECT_EQ(found.live, 1U) << "of the last run";
  EXPECT_EQ(found.gaps, 0U);
  EXPECT_EQ(found.unsigned_lines, 0U);
  EXPECT_EQ(found.heads, heads_.size());
}

TEST_F(Verify, FindsEveryBitThatWasFlipped) {
  const auto text = text_of(segments_[1]);
  for (std::size_t at = 0; at < text.size(); at += 5) {
    auto bent = text;
    bent[at] = static_cast<char>(bent[at] ^ 1 << at % 7);
    overwrite(segments_[1], bent);
    EXPECT_FALSE(result().intact()) << "byte " << at << " in " << bent;
  }
  overwrite(segments_[1], text);
  EXPECT_TRUE(result().intact());
}

TEST_F(Verify, NamesTheLineThatWasEdited) {
  auto lines = lines_of(segments_[1]);
  const auto at = lines[3].find("@timestamp\":\"") + 13;
  lines[3][at + 3] = '0';
  overwrite(segments_[1], joined(lines));
  expect_fault(segments_[1] + ":4",
               "is not the line that " + segments_[1] + ":5 follows from: one of the two was changed");
}

TEST_F(Verify, NamesALineThatIsNone) {
  auto lines = lines_of(segments_[1]);
  lines[3] = "{}";
  overwrite(segments_[1], joined(lines));
  expect_fault(segments_[1] + ":4", "is no line of an audit log");
}

TEST_F(Verify, FindsARemovedLine) {
  auto lines = lines_of(segments_[0]);
  lines.erase(lines.begin() + 2);
  overwrite(segments_[0], joined(lines));
  expect_fault(segments_[0] + ":3", "has number 4 where 3 belongs: 1 lines are missing");
}

TEST_F(Verify, FindsSwappedLines) {
  auto lines = lines_of(segments_[0]);
  std::swap(lines[2], lines[3]);
  overwrite(segments_[0], joined(lines));
  expect_fault(segments_[0] + ":3", "has number 4 where 3 belongs: 1 lines are missing");
}

TEST_F(Verify, FindsSwappedSegments) {
  const auto other = directory_.path() + "/other";
  std::filesystem::rename(segments_[0], other);
  std::filesystem::rename(segments_[1], segments_[0]);
  std::filesystem::rename(other, segments_[1]);
  const auto first = *first_seq_of(segments_[1]);
  expect_fault(segments_[0] + ":1", "has number " + std::to_string(first) + ", and the file's name says 1");
}

TEST_F(Verify, FindsAMissingSegment) {
  std::filesystem::remove(segments_[1]);
  const auto first = *first_seq_of(segments_[1]);
  const auto next = *first_seq_of(segments_[2]);
  expect_fault(segments_[2] + ":1", "has number " + std::to_string(next) + " where " + std::to_string(first) +
                                        " belongs: " + std::to_string(next - first) + " lines are missing");
}

TEST_F(Verify, FindsThatTheFirstSegmentIsMissing) {
  std::filesystem::remove(segments_[0]);
  expect_fault(segments_[1], "begins with line " + std::to_string(*first_seq_of(segments_[1])) +
                                 ", and no checkpoint says that the lines before were deleted");
}

TEST_F(Verify, FindsACutTailByTheState) {
  auto lines = lines_of(segments_[2]);
  const auto last = std::to_string(result().last_seq);
  lines.pop_back();
  overwrite(segments_[2], joined(lines));
  expect_fault(segments_[2], "ends the log with line " + std::to_string(std::stoi(last) - 1) + ", and lines up to " +
                                 last + " had been on disk, says the file state");
}

TEST_F(Verify, FindsACutTailByAKnownHead) {
  const auto head = parse_known_head(known_head(heads_.size() - 1));
  ASSERT_TRUE(head);
  EXPECT_TRUE(result({.head = head}).intact());
  const auto all = std::to_string(result().last_seq);
  // The whole last run, and the state with it: nothing in the directory shows it.
  std::filesystem::remove(segments_[2]);
  std::filesystem::remove(directory_.path() + "/state");
  EXPECT_TRUE(result().intact());
  expect_fault(segments_[1],
               "ends a log from line 1 to " + std::to_string(*first_seq_of(segments_[2]) - 1) +
                   ", which does not contain line " + all + " of the given head",
               {.head = head});
}

TEST_F(Verify, FindsALogThatWasWrittenAnewByAKnownHead) {
  const auto known = parse_known_head(known_head(0));
  ASSERT_TRUE(known);
  EXPECT_TRUE(result({.head = known}).intact());
  auto other = *known;
  other.prev[0] ^= 1;
  expect_fault(segments_[0] + ':' + std::to_string(known->seq),
               "does not follow from the line that the given head signs", {.head = other});
}

TEST_F(Verify, FindsARolledBackSegment) {
  // As it was before its last lines were written.
  auto lines = lines_of(segments_[1]);
  lines.resize(lines.size() - 3);
  overwrite(segments_[1], joined(lines));
  const auto next = *first_seq_of(segments_[2]);
  expect_fault(segments_[2] + ":1", "has number " + std::to_string(next) + " where " + std::to_string(next - 3) +
                                        " belongs: 3 lines are missing");
}

TEST_F(Verify, FindsASegmentOfAnotherGate) {
  const TemporaryDirectory other;
  for (int run = 0; run < 2; ++run) {
    const auto journal = open_journal(other.path());
    for (std::uint64_t i = 1; i <= 5; ++i) journal->writer(0).append(tunnel_event(Action::progress, i));
  }
  overwrite(segments_[0], text_of(segments_of(other.path())[0]));
  EXPECT_FALSE(result().intact());
  EXPECT_EQ(result().faults[0].where, segments_[0] + ":1");
}

TEST_F(Verify, FindsAnotherKey) {
  const auto key = SigningKey::make();
  overwrite(directory_.path() + "/key.pub", key.public_key().pem());
  EXPECT_FALSE(result().intact());
  EXPECT_FALSE(result({.key = key.public_key()}).intact());
  const auto good = SigningKey::load(directory_.path() + "/key.pem");
  EXPECT_TRUE(result({.key = good->public_key()}).intact());
}

TEST_F(Verify, FindsAForgedSignature) {
  auto lines = lines_of(segments_[2]);
  ASSERT_NE(lines.back().find("\"head\""), std::string::npos);
  // The very last line, so that no chain behind it breaks.
  const auto at = lines.back().find("signature\":\"") + 12;
  lines.back()[at] = lines.back()[at] == '0' ? '1' : '0';
  overwrite(segments_[2], joined(lines));
  expect_fault(segments_[2] + ':' + std::to_string(lines.size()),
               "has a signature that is not the gate's over the lines before it");
}

/// A log that is well chained, whatever it says: as somebody with the key would write it.
class Forged : public testing::Test {
 protected:
  Forged() { overwrite(directory_.path() + "/key.pub", key_.public_key().pem()); }
  void add(const Event& event) {
    std::string body;
    append_json(body, event);
    chain_.append(text_, body);
  }
  void begin_segment(std::uint64_t live, std::string_view tunnels = {}) {
    path_ = segment_path(directory_.path(), chain_.end().next_seq);
    text_.clear();
    const auto raw = to_hex(key_.public_key().raw());
    add({.action = Action::segment, .key = raw, .live = live});
    if (!tunnels.empty()) add({.action = Action::live, .live_tunnels = tunnels});
  }
  void end_segment() { overwrite(path_, text_); }
  [[nodiscard]] std::string first_fault() const {
    const auto found = verify(directory_.path());
    if (found.has_error()) return found.error().text();
    if (found->faults.empty()) return "none";
    auto text = found->faults[0].where + ": " + found->faults[0].what;
    text.erase(0, directory_.path().size() + 1);
    return text;
  }

  TemporaryDirectory directory_;
  SigningKey key_ = SigningKey::make();
  Chain chain_{to_hex(sha256(key_.public_key().raw())).substr(0, 16), {}};
  std::string path_;
  std::string text_;
};

TEST_F(Forged, LogEndsNoTunnelThatIsNotOpen) {
  begin_segment(0);
  add(tunnel_event(Action::open, 1));
  add(tunnel_event(Action::close, 1));
  add(tunnel_event(Action::close, 1));
  end_segment();
  EXPECT_EQ(first_fault(), "audit-000000000001.jsonl:4: ends tunnel 0000000000000001, which is not open");
}

TEST_F(Forged, LogOpensNoTunnelTwice) {
  begin_segment(0);
  add(tunnel_event(Action::open, 1));
  add(tunnel_event(Action::open, 1));
  end_segment();
  EXPECT_EQ(first_fault(), "audit-000000000001.jsonl:3: opens tunnel 0000000000000001, which is open");
}

TEST_F(Forged, LogForgetsNoTunnelBetweenSegments) {
  begin_segment(0);
  add(tunnel_event(Action::open, 1));
  add(tunnel_event(Action::open, 2));
  end_segment();
  const auto before = chain_.end();
  begin_segment(2, "0000000000000001 0000000000000002");
  end_segment();
  EXPECT_EQ(first_fault(), "none");
  chain_.go_back_to(before);
  begin_segment(1, "0000000000000002");
  end_segment();
  EXPECT_EQ(first_fault(),
            "audit-000000000004.jsonl:2: ends the names of 1 open tunnels; by the lines before, it is 2 and not the "
            "same ones");
}

TEST_F(Forged, SegmentSupersedesOnlyWithAGap) {
  begin_segment(0);
  add(tunnel_event(Action::open, 1));
  const auto before = chain_.end();
  add(tunnel_event(Action::open, 2));
  end_segment();
  chain_.go_back_to(before);
  begin_segment(1, "0000000000000001");
  add({.action = Action::gap, .note = "why"});
  add(tunnel_event(Action::close, 1));
  end_segment();
  EXPECT_EQ(first_fault(), "none");
  EXPECT_EQ(verify(directory_.path())->gaps, 1U);
  chain_.go_back_to(before);
  begin_segment(1, "0000000000000001");
  add(tunnel_event(Action::close, 1));
  end_segment();
  EXPECT_EQ(first_fault(),
            "audit-000000000003.jsonl:3: is no gap, though the segment supersedes lines of the one before");
}

TEST_F(Forged, CheckpointVouchesForWhatWasDeleted) {
  begin_segment(0);
  add(tunnel_event(Action::open, 1));
  end_segment();
  const auto first = path_;
  const auto hash = to_hex(chain_.end().prev);
  const auto before = chain_.end();
  begin_segment(1, "0000000000000001");
  add({.action = Action::checkpoint, .through = 2, .hash = hash});
  end_segment();
  EXPECT_EQ(first_fault(), "none") << "it need not be deleted yet";
  std::filesystem::remove(first);
  EXPECT_EQ(first_fault(), "none");
  EXPECT_EQ(verify(directory_.path())->live_at_start, 1U);
  chain_.go_back_to(before);
  begin_segment(1, "0000000000000001");
  add({.action = Action::checkpoint, .through = 2, .hash = std::string(64, '0')});
  end_segment();
  EXPECT_EQ(first_fault(), "audit-000000000003.jsonl:3: has another hash of line 2 than the line that follows it");
  chain_.go_back_to(before);
  begin_segment(1, "0000000000000001");
  add({.action = Action::checkpoint, .through = 1, .hash = hash});
  end_segment();
  EXPECT_EQ(first_fault(),
            "audit-000000000003.jsonl: begins with line 3, and no checkpoint says that the lines before "
            "were deleted");
}

TEST(VerifyInput, IsADirectoryWithALogAndAKey) {
  const TemporaryDirectory directory;
  EXPECT_EQ(verify(directory.path()).error().text(), directory.path() + ": no audit log here (audit-*.jsonl)");
  overwrite(directory.path() + "/audit-000000000001.jsonl", "x\n");
  EXPECT_EQ(verify(directory.path()).error().text(),
            directory.path() + "/key.pub holds no Ed25519 public key in PEM form; name the key with --key");
}

TEST(KnownHead, IsANumberAndAHash) {
  const auto head = parse_known_head("42:" + std::string(64, 'a'));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->seq, 42U);
  EXPECT_EQ(to_hex(head->prev), std::string(64, 'a'));
  for (const auto& text : {std::string(), std::string("42"), "42:" + std::string(63, 'a'), ':' + std::string(64, 'a'),
                           "x:" + std::string(64, 'a'), "42: " + std::string(64, 'a')})
    EXPECT_FALSE(parse_known_head(text)) << text;
}

}  // namespace
}  // namespace shirgate::test
