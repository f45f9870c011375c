// What the journal does while something is in its way, seen from its writers.
#include <gtest/gtest.h>

#include <filesystem>

#include "audit/journal.hpp"
#include "faulty_disk.hpp"
#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

namespace fs = std::filesystem;

class TroubledJournal : public testing::Test {
 protected:
  TroubledJournal() {
    append(Action::open, 1);
    append(Action::open, 2);
  }
  /// Taken, and on disk where that is possible.
  void append(Action action, std::uint64_t tunnel) {
    ASSERT_TRUE(journal_->writer(0).append(tunnel_event(action, tunnel)).taken);
    ++accepted_;
    ASSERT_TRUE(holds_soon([this] { return journal_->lines_written() == accepted_ || !journal_->healthy(); }));
  }
  void expect_unhealthy() {
    ASSERT_TRUE(holds_soon([this] { return !journal_->healthy(); }));
    EXPECT_FALSE(journal_->writer(0).append(tunnel_event(Action::open, 99)).taken);
  }
  void expect_healthy_again() {
    ASSERT_TRUE(holds_soon([this] { return journal_->healthy(); }));
    append(Action::open, 100);
    ASSERT_TRUE(holds_soon([this] { return journal_->lines_written() == accepted_; }));
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/audit"; }

  TemporaryDirectory directory_;
  std::unique_ptr<Journal> journal_ = open_journal(path());
  std::uint64_t accepted_ = 0;
};

// AUD-007
TEST_F(TroubledJournal, KeepsEverythingUntilItsDirectoryIsBack) {
  fs::rename(path(), path() + ".away");
  append(Action::close, 1);
  expect_unhealthy();
  fs::rename(path() + ".away", path());
  expect_healthy_again();
  expect_no_gap(path(), accepted_);
  expect_intact(path());
}

TEST_F(TroubledJournal, WritesNothingIntoADirectoryThatIsNotItsOwn) {
  fs::rename(path(), path() + ".away");
  fs::create_directory(path());
  append(Action::close, 1);
  expect_unhealthy();
  EXPECT_TRUE(fs::is_empty(path()));
  fs::remove(path());
  fs::rename(path() + ".away", path());
  expect_healthy_again();
  expect_no_gap(path(), accepted_);
}

TEST_F(TroubledJournal, AdmitsThatASegmentIsGone) {
  fs::remove(segments_of(path()).at(0));
  append(Action::close, 1);
  expect_healthy_again();
  const auto gaps = lines_in(path(), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(text_value(gaps[0], field::note),
            "audit-000000000001.jsonl is gone, and whatever it held; this is what follows line 3");
  const auto found = verify(path());
  ASSERT_TRUE(found.has_value());
  ASSERT_FALSE(found->intact());
  EXPECT_EQ(found->faults[0].what, "begins with line 4, and no checkpoint says that the lines before were deleted");
}

TEST_F(TroubledJournal, WritesEndsAndRefusalsFromItsReserveWhenTheDiskIsFull) {
  const auto reserve = path() + "/reserve";
  EXPECT_EQ(fs::file_size(reserve), std::uintmax_t{4} << 20);
  {
    const FaultyDisk disk({{.call = Call::pwrite, .first = 1, .error = ENOSPC},
                           {.call = Call::posix_fallocate, .times = Fault::for_ever, .error = ENOSPC}});
    append(Action::close, 1);
    expect_unhealthy();
    EXPECT_TRUE(holds_soon([&] { return !fs::exists(reserve); }));
    // One for each second in which there is no room for a new reserve.
    append(Action::denied, 3);
    ASSERT_TRUE(holds_soon([this] { return journal_->lines_written() == accepted_; }));
    EXPECT_FALSE(journal_->healthy());
  }
  expect_healthy_again();
  EXPECT_EQ(fs::file_size(reserve), std::uintmax_t{4} << 20);
  expect_no_gap(path(), accepted_);
  expect_intact(path());
}

TEST_F(TroubledJournal, DoesNotSpinWhileTheDiskRefuses) {
  const FaultyDisk disk({{.call = Call::fdatasync, .times = Fault::for_ever}});
  append(Action::close, 1);
  expect_unhealthy();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  while (std::chrono::steady_clock::now() < end) journal_->wake(true);
  // 10, 20, 40, 80, 160 milliseconds, and each time once more in a new file.
  EXPECT_LE(FaultyDisk::calls(Call::fdatasync), 16U);
}

}  // namespace
}  // namespace shirgate::test
