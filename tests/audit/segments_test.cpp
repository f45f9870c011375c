// Segments over their life: rotated, signed, compressed, deleted.
#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>

#include "audit/compress.hpp"
#include "audit/journal.hpp"
#include "audit/retention.hpp"
#include "crash.hpp"

namespace shirgate::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What a journal's thread says.
class Said {
 public:
  void operator()(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    texts_.emplace_back(text);
  }
  [[nodiscard]] std::vector<std::string> texts() const {
    const std::scoped_lock lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> texts_;
};

class SegmentLife : public testing::Test {
 protected:
  SegmentLife() {
    settings_.on_head = [this](std::string_view text) { heads_(text); };
  }
  /// One event after the other, each in a batch of its own.
  void append(Journal& journal, std::uint64_t first, std::uint64_t count) const {
    for (std::uint64_t i = first; i < first + count; ++i) {
      const auto before = journal.lines_written();
      ASSERT_TRUE(journal.writer(0).append(tunnel_event(Action::open, i)).taken);
      ASSERT_TRUE(holds_soon([&] { return journal.lines_written() > before; }));
    }
  }
  [[nodiscard]] std::vector<std::string> segments() const { return segments_of(directory_.path()); }

  TemporaryDirectory directory_;
  Said heads_;
  JournalSettings settings_ = settings_for(directory_.path());
};

TEST_F(SegmentLife, EndsBySizeWithAHead) {
  settings_.segment_bytes = 1000;
  {
    const auto journal = open_journal(settings_);
    append(*journal, 1, 20);
  }
  EXPECT_GT(segments().size(), 3U);
  for (const auto& path : segments()) {
    auto text = text_of(path);
    EXPECT_LE(text.size(), 6000U);
    text.pop_back();
    const auto last = text.substr(text.rfind('\n') + 1);
    EXPECT_EQ(action_of(last), "head") << path;
  }
  const auto found = expect_intact(directory_.path());
  EXPECT_EQ(found.opens, 20U);
  EXPECT_EQ(found.live, 20U);
  EXPECT_EQ(found.heads, segments().size());
  EXPECT_EQ(heads_.texts().size(), segments().size());
}

TEST_F(SegmentLife, EndsByAge) {
  settings_.segment_age = milliseconds(50);
  const auto journal = open_journal(settings_);
  EXPECT_TRUE(holds_soon([&] { return segments().size() >= 3; }));
}

TEST_F(SegmentLife, IsSignedAfterAWhileWhereItHasGrown) {
  settings_.head_interval = milliseconds(20);
  const auto journal = open_journal(settings_);
  ASSERT_TRUE(holds_soon([&] { return heads_.texts().size() == 1; })) << "the segment's first line";
  append(*journal, 1, 1);
  ASSERT_TRUE(holds_soon([&] { return heads_.texts().size() == 2; }));
  const auto head = heads_.texts().back();
  const auto lines = all_lines_in(directory_.path());
  EXPECT_EQ(lines.size(), 4U) << "and no third one while nothing comes";
  const auto front = read_line_front(lines.back());
  ASSERT_TRUE(front);
  EXPECT_EQ(head, "audit head " + std::string(front->gate) + " 4 " + to_hex(front->prev) + ' ' +
                      std::string(text_value(lines.back(), field::signature)));
}

TEST_F(SegmentLife, GoesOnCompressedOnceItIsComplete) {
  settings_.compress = true;
  settings_.segment_bytes = 1000;
  std::vector<std::string> lines;
  {
    const auto journal = open_journal(settings_);
    append(*journal, 1, 20);
    ASSERT_TRUE(holds_soon([&] {
      const auto paths = segments();
      return paths.size() > 3 && std::all_of(paths.begin(), paths.end() - 1, is_compressed);
    }));
    EXPECT_FALSE(is_compressed(segments().back()));
  }
  EXPECT_EQ(expect_intact(directory_.path()).opens, 20U);
  open_journal(settings_);
  EXPECT_EQ(expect_intact(directory_.path()).torn, 20U);
}

TEST_F(SegmentLife, ReadsTheSameCompressed) {
  const auto journal = open_journal(settings_);
  append(*journal, 1, 5);
  const AfterKill copy(directory_.path());
  const auto before = all_lines_in(copy.path());
  const std::atomic<bool> stop{false};
  EXPECT_FALSE(compress_segment(copy.path(), copy.last_segment(), stop));
  EXPECT_TRUE(is_compressed(copy.last_segment()));
  EXPECT_EQ(all_lines_in(copy.path()), before);
  EXPECT_FALSE(std::filesystem::exists(unfinished_path(segments().back())));
}

TEST_F(SegmentLife, StaysPlainWhereCompressingIsInterrupted) {
  const auto journal = open_journal(settings_);
  const AfterKill copy(directory_.path());
  const std::atomic<bool> stop{true};
  EXPECT_EQ(compress_segment(copy.path(), copy.last_segment(), stop), std::errc::operation_canceled);
  EXPECT_FALSE(is_compressed(copy.last_segment()));
  EXPECT_EQ(segments_of(copy.path()).size(), 1U);
}

TEST_F(SegmentLife, EndsWithACheckpointWhenItIsTooOld) {
  settings_.segment_bytes = 1000;
  settings_.retention.bytes = 4000;
  settings_.compress = true;
  const auto journal = open_journal(settings_);
  append(*journal, 1, 100);
  ASSERT_TRUE(holds_soon([&] { return *first_seq_of(segments().front()) > 1; }));
  ASSERT_TRUE(holds_soon([&] {
    const auto found = verify(directory_.path());
    return found.has_value() && found->intact();
  })) << "whatever is being deleted or compressed at the moment";
  const auto checkpoints = lines_in(directory_.path(), "checkpoint");
  ASSERT_FALSE(checkpoints.empty());
  EXPECT_GT(number_value(checkpoints.back(), field::through), 1U);
}

class Retaining : public SegmentLife {
 protected:
  Retaining() {
    settings_.segment_bytes = 1000;
    {
      const auto journal = open_journal(settings_);
      append(*journal, 1, 10);
    }
    current_ = *first_seq_of(segments().back());
    now_ = std::chrono::system_clock::now();
  }
  [[nodiscard]] std::optional<Outdated> outdated(const Retention& retention, std::uint64_t shipped = 1'000'000) const {
    return outdated_segments(directory_.path(), retention, shipped, current_, now_ + hours(48));
  }

  std::uint64_t current_ = 0;
  WallTime now_;
};

TEST_F(Retaining, KeepsEverythingWithoutALimit) { EXPECT_FALSE(outdated({})); }

TEST_F(Retaining, GivesUpWhatIsTooOldButNeverTheCurrentSegment) {
  const auto found = outdated({.age = hours(24)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->paths.size(), segments().size() - 1);
  EXPECT_EQ(found->through, current_ - 1);
  EXPECT_EQ(found->hash, text_value(text_of(segments().back()), field::prev));
  EXPECT_FALSE(outdated({.age = hours(72)}));
}

TEST_F(Retaining, GivesUpTheOldestUntilTheRestIsSmallEnough) {
  std::uint64_t total = 0;
  for (const auto& path : segments()) total += std::filesystem::file_size(path);
  EXPECT_FALSE(outdated({.bytes = total}));
  const auto found = outdated({.bytes = total - 1});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->paths, std::vector<std::string>{segments()[0]});
}

TEST_F(Retaining, KeepsWhatIsYoungWhateverTheLimits) {
  EXPECT_FALSE(outdated({.age = hours(1), .bytes = 1, .keep_at_least = hours(72)}));
  EXPECT_TRUE(outdated({.age = hours(1), .bytes = 1, .keep_at_least = hours(24)}));
}

TEST_F(Retaining, KeepsWhatWasNotShipped) {
  const auto second = *first_seq_of(segments()[1]);
  EXPECT_FALSE(outdated({.age = hours(24)}, second - 2));
  EXPECT_EQ(outdated({.age = hours(24)}, second - 1)->paths.size(), 1U);
}

/// What came up to whom, in fsync mode.
class Durable : public testing::Test {
 protected:
  Durable() {
    settings_.durability = Durability::fsync;
    settings_.group = hours(1);
    settings_.on_durable = [this](std::size_t writer) {
      const std::scoped_lock lock(mutex_);
      told_.push_back(writer);
    };
  }
  [[nodiscard]] std::vector<std::size_t> told() {
    const std::scoped_lock lock(mutex_);
    return told_;
  }
  TemporaryDirectory directory_;
  JournalSettings settings_ = settings_for(directory_.path(), 3);
  std::mutex mutex_;
  std::vector<std::size_t> told_;
};

TEST_F(Durable, TicketsAreToldToTheirWriterOnly) {
  const auto journal = open_journal(settings_);
  EXPECT_TRUE(told().empty());
  for (std::size_t i = 1; i <= 20; ++i) {
    auto& writer = journal->writer(1);
    const auto ticket = writer.append(tunnel_event(Action::open, i));
    ASSERT_TRUE(Audit::accepted(ticket));
    EXPECT_GT(ticket.position, 0U);
    // It does not wait for its group.
    ASSERT_TRUE(holds_soon([&] { return writer.durable_up_to() >= ticket.position; }));
    EXPECT_EQ(lines_in(directory_.path()).size(), i) << "durable is on disk";
    ASSERT_TRUE(holds_soon([&] { return told().size() == i; }));
  }
  EXPECT_EQ(told(), std::vector<std::size_t>(20, 1));
  EXPECT_EQ(journal->writer(0).durable_up_to(), 0U);
}

TEST_F(Durable, TicketsWithDurabilityGroupAreNotTold) {
  settings_.durability = Durability::group;
  settings_.group = milliseconds(1);
  const auto journal = open_journal(settings_);
  const auto ticket = journal->writer(0).append(tunnel_event(Action::open, 1));
  ASSERT_TRUE(holds_soon([&] { return journal->writer(0).durable_up_to() >= ticket.position; }));
  EXPECT_TRUE(told().empty());
}

TEST(RefusalQuota, IsSharedByAllWritersOfAGate) {
  const TemporaryDirectory directory;
  auto settings = settings_for(directory.path(), 2);
  settings.refusals_per_minute = 30;
  const WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + hours(12);
  {
    const auto journal = open_journal(settings);
    for (std::uint32_t i = 0; i < 100; ++i) {
      // Each from another client, so that none of them is a flood of its own.
      auto event = tunnel_event(Action::denied, i + 1);
      event.at = noon;
      event.client = Endpoint{v4_address(i), 1};
      event.reason = i % 4 == 0 ? Reason::bad_host : Reason::host_not_listed;
      event.asked = "a_b:443";
      ASSERT_TRUE(journal->writer(i % 2).append(event).taken);
    }
    for (const std::size_t writer : {0U, 1U}) journal->writer(writer).flush(noon);
  }
  const auto lines = lines_in(directory.path(), "denied");
  std::uint64_t alone = 0;
  std::uint64_t merged = 0;
  for (const auto& line : lines) {
    const auto count = number_value(line, field::count);
    alone += count ? 0 : 1;
    merged += count.value_or(line.find(field::count) != std::string::npos ? 1 : 0);
  }
  EXPECT_EQ(alone, 30U);
  EXPECT_EQ(merged, 70U);
  EXPECT_EQ(lines.size(), 33U) << "one for each writer and reason it met: the second writer meets one";
}

}  // namespace
}  // namespace shirgate::test
