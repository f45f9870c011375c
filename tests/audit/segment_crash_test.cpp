// A gate that is killed in the middle of compressing or deleting, at each state the disk can be in, and the next one.
#include <gtest/gtest.h>

#include <filesystem>

#include "audit/compress.hpp"
#include "crash.hpp"

namespace shirgate::test {
namespace {

/// A log of many small segments, complete and plain.
class KilledKeeper : public testing::Test {
 protected:
  static constexpr std::uint64_t tunnels = 30;

  KilledKeeper() {
    settings_.segment_bytes = 1000;
    const auto journal = open_journal(settings_);
    for (std::uint64_t i = 1; i <= tunnels; ++i) {
      const auto before = journal->lines_written();
      EXPECT_TRUE(journal->writer(0).append(tunnel_event(Action::open, i)).taken);
      EXPECT_TRUE(holds_soon([&] { return journal->lines_written() > before; }));
    }
  }
  [[nodiscard]] std::vector<std::string> segments() const { return segments_of(directory_.path()); }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path()))
      names.push_back(file.path().filename().string());
    return names;
  }
  /// Everything but the current segment is there in one form, and nothing is unfinished.
  [[nodiscard]] bool is_tidy() const {
    const auto names = files();
    const auto is_left_over = [](const std::string& name) { return name.ends_with(".new"); };
    if (std::any_of(names.begin(), names.end(), is_left_over)) return false;
    const auto paths = segments();
    return std::all_of(paths.begin(), paths.end() - 1, is_compressed);
  }
  /// What the next gate makes of it.
  void expect_the_next_one_finishes() {
    EXPECT_EQ(expect_intact(directory_.path()).opens, tunnels);
    const auto before = all_lines_in(directory_.path());
    settings_.compress = true;
    {
      const auto journal = open_journal(settings_);
      EXPECT_TRUE(holds_soon([&] { return is_tidy(); }));
    }
    const auto after = all_lines_in(directory_.path());
    ASSERT_GE(after.size(), before.size());
    EXPECT_TRUE(std::equal(before.begin(), before.end(), after.begin())) << "not one line became another";
    const auto found = expect_intact(directory_.path());
    EXPECT_EQ(found.opens, tunnels);
    EXPECT_EQ(found.torn, tunnels);
  }
  static void compress(const std::string& path) {
    const std::atomic<bool> stop{false};
    ASSERT_FALSE(compress_segment(std::filesystem::path(path).parent_path(), path, stop));
  }

  TemporaryDirectory directory_;
  JournalSettings settings_ = settings_for(directory_.path());
};

TEST_F(KilledKeeper, WithHalfAFrameWritten) {
  const auto path = segments()[1];
  const auto plain = text_of(path);
  compress(path);
  const auto frame = text_of(path + ".zst");
  std::filesystem::remove(path + ".zst");
  overwrite(path, plain);
  overwrite(unfinished_path(path), frame.substr(0, frame.size() / 2));
  expect_the_next_one_finishes();
}

TEST_F(KilledKeeper, WithAWholeFrameThatHasNotItsNameYet) {
  const auto path = segments()[0];
  const auto plain = text_of(path);
  compress(path);
  std::filesystem::rename(path + ".zst", unfinished_path(path));
  overwrite(path, plain);
  expect_the_next_one_finishes();
}

TEST_F(KilledKeeper, WithBothForms) {
  for (const auto& path : {segments()[0], segments()[2]}) {
    const auto plain = text_of(path);
    compress(path);
    overwrite(path, plain);
  }
  expect_the_next_one_finishes();
}

/// The checkpoint is in the log; of what it says is deleted so many are.
class KilledInDeleting : public KilledKeeper, public testing::WithParamInterface<std::size_t> {};

TEST_P(KilledInDeleting, GoesOnWithWhatIsLeft) {
  open_journal(settings_);  // which ends every tunnel, so that nothing but old lines is deleted
  const AfterKill whole(directory_.path());
  settings_.retention.bytes = 6000;
  {
    const auto journal = open_journal(settings_);
    ASSERT_TRUE(holds_soon([&] { return *first_seq_of(segments().front()) > 1; }));
  }
  const auto first_kept = *first_seq_of(segments().front());
  std::size_t deleted = 0;
  for (const auto& path : segments_of(whole.path()))
    if (*first_seq_of(path) < first_kept && deleted++ >= GetParam()) std::filesystem::copy(path, directory_.path());
  ASSERT_GT(deleted, 5U);
  EXPECT_NE(*first_seq_of(segments().front()), first_kept);
  expect_intact(directory_.path());
  {
    const auto journal = open_journal(settings_);
    EXPECT_TRUE(holds_soon([&] { return *first_seq_of(segments().front()) >= first_kept; }));
  }
  EXPECT_EQ(expect_intact(directory_.path()).live, 0U);
}

INSTANTIATE_TEST_SUITE_P(After, KilledInDeleting, testing::Values(0, 1, 4));

}  // namespace
}  // namespace shirgate::test
