// Whatever the disk does: what was accepted is in the log once, and the log can be verified.
#include "faulty_disk.hpp"

#include <gtest/gtest.h>

#include <map>

#include "audit/journal.hpp"
#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t writers = 3;

/// One gate's life on a disk that fails, and another after that on a disk that doesn't.
class Life {
 public:
  explicit Life(Durability durability) {
    settings_.durability = durability;
    settings_.segment_bytes = 1500;
    settings_.segment_age = std::chrono::hours(1);
    settings_.head_interval = std::chrono::hours(1);
    settings_.ring_bytes = 65'536;
  }

  /// Starts, opens tunnels and ends some of them, and stops. False where it could not start.
  bool live(std::uint64_t first_tunnel) {
    auto opened = Journal::open(settings_);
    if (opened.has_error()) return false;
    const auto& journal = *opened;
    for (std::uint64_t i = first_tunnel; i < first_tunnel + 6; ++i) {
      if (!take(*journal, Action::open, i)) continue;
      if (i % 3 != 0) take(*journal, Action::close, i);
      // In batches of their own, so that there are many calls to fail.
      auto& writer = journal->writer(i % writers);
      EXPECT_TRUE(holds_soon([&] { return writer.durable_up_to() >= last_.position || !journal->healthy(); }));
    }
    return true;
  }

  /// `accepted` is what must be there, and once; nothing else may be.
  void expect_everything_once() const {
    std::map<std::string, int> found;
    for (const auto& line : lines_in(settings_.directory)) {
      const auto front = read_line_front(line);
      ++found[std::string(front->body.action) + ' ' + std::to_string(front->body.tunnel)];
    }
    EXPECT_EQ(found, accepted_);
  }

  [[nodiscard]] const std::string& directory() const { return settings_.directory; }
  [[nodiscard]] std::size_t accepted() const { return accepted_.size(); }

 private:
  /// True when its promise holds: with fsync, once it is on disk.
  bool take(Journal& journal, Action action, std::uint64_t tunnel) {
    auto& writer = journal.writer(tunnel % writers);
    const auto ticket = writer.append(tunnel_event(action, tunnel));
    if (!ticket.taken) return false;
    last_ = ticket;
    ++accepted_[std::string(to_string(action)) + ' ' + std::to_string(tunnel)];
    const auto is_durable = [&] { return writer.durable_up_to() >= ticket.position; };
    if (settings_.durability == Durability::group) return true;
    EXPECT_TRUE(holds_soon([&] { return is_durable() || !journal.healthy(); }));
    return is_durable();
  }

  TemporaryDirectory directory_;
  JournalSettings settings_ = settings_for(directory_.path(), writers);
  std::map<std::string, int> accepted_;
  Ticket last_;
};

struct Misfortune {
  std::string name;
  std::vector<Fault> faults;
};

/// The disk fails as it says, and then works. Returns whether it has failed at all.
bool survive(Durability durability, const std::vector<Fault>& faults) {
  Life life(durability);
  bool struck = false;
  {
    const FaultyDisk disk(faults);
    if (life.live(1)) life.live(101);
    struck = FaultyDisk::has_struck();
  }
  EXPECT_TRUE(life.live(201)) << "once the disk works there is nothing in the way";
  life.expect_everything_once();
  const auto found = expect_intact(life.directory());
  EXPECT_EQ(found.opens, found.closes + found.torn + found.live);
  EXPECT_GT(life.accepted(), 0U);
  return struck;
}

struct Kind {
  const char* name;
  Durability durability;
  int error;
  std::uint64_t times;
};

class FaultyDiskOf : public testing::TestWithParam<Kind> {};

// AUD-005, and AUD-007 as far as it is about what the disk answers.
TEST_P(FaultyDiskOf, LosesNothingThatWasAcceptedWhicheverCallFails) {
  const auto& [name, durability, error, times] = GetParam();
  bool struck = true;
  std::uint64_t n = 0;
  while (struck && !HasFailure()) {
    ++n;
    SCOPED_TRACE("call " + std::to_string(n));
    struck = survive(durability, {{.first = n, .times = times, .error = error}});
  }
  EXPECT_GT(n, 40U) << "a life has so many calls at least";
}

INSTANTIATE_TEST_SUITE_P(Table, FaultyDiskOf,
                         testing::Values(Kind{"IoErrorOnce", Durability::group, EIO, 1},
                                         Kind{"FullOnce", Durability::group, ENOSPC, 1},
                                         Kind{"IoErrorForEver", Durability::group, EIO, Fault::for_ever},
                                         Kind{"FullForEver", Durability::group, ENOSPC, Fault::for_ever},
                                         Kind{"ReadOnlyForEver", Durability::group, EROFS, Fault::for_ever},
                                         Kind{"QuotaForEver", Durability::group, EDQUOT, Fault::for_ever},
                                         Kind{"IoErrorOnceFsync", Durability::fsync, EIO, 1},
                                         Kind{"FullOnceFsync", Durability::fsync, ENOSPC, 1},
                                         Kind{"IoErrorForEverFsync", Durability::fsync, EIO, Fault::for_ever},
                                         Kind{"FullForEverFsync", Durability::fsync, ENOSPC, Fault::for_ever}),
                         [](const auto& one) { return std::string(one.param.name); });

class FaultyDisks : public testing::TestWithParam<Durability> {};

// AUD-006
TEST_P(FaultyDisks, OfWhichEveryWriteIsShort) {
  EXPECT_TRUE(survive(GetParam(), {{.call = Call::pwrite, .times = Fault::for_ever, .error = 0}}));
}

TEST_P(FaultyDisks, OfWhichEveryOtherWriteIsInterrupted) {
  std::vector<Fault> faults;
  for (std::uint64_t n = 1; n < 200; n += 2) faults.push_back({.call = Call::pwrite, .first = n, .error = EINTR});
  EXPECT_TRUE(survive(GetParam(), faults));
}

/// A file that can't be put on disk and can't be cut either: the next segment supersedes what it holds too much.
TEST_P(FaultyDisks, ThatKeepWhatTheyFailedToWrite) {
  for (std::uint64_t n = 2; n < 9; ++n) {
    SCOPED_TRACE("fdatasync " + std::to_string(n));
    Life life(GetParam());
    {
      const FaultyDisk disk(
          {{.call = Call::fdatasync, .first = n}, {.call = Call::ftruncate, .times = Fault::for_ever}});
      EXPECT_TRUE(life.live(1));
      EXPECT_TRUE(FaultyDisk::has_struck());
    }
    life.live(101);
    const auto found = expect_intact(life.directory());
    EXPECT_LE(found.gaps, 1U);
    EXPECT_GE(found.opens, 6U) << "while the disk refuses, none opens";
    life.expect_everything_once();
    ASSERT_FALSE(HasFailure());
  }
}

TEST_P(FaultyDisks, ThatNeverPutAnythingOnDisk) {
  Life life(GetParam());
  {
    const FaultyDisk disk({{.call = Call::fdatasync, .first = 4, .times = Fault::for_ever}});
    EXPECT_TRUE(life.live(1));
  }
  EXPECT_TRUE(life.live(101));
  life.expect_everything_once();
  expect_intact(life.directory());
}

INSTANTIATE_TEST_SUITE_P(Durabilities, FaultyDisks, testing::Values(Durability::group, Durability::fsync),
                         [](const auto& one) { return one.param == Durability::group ? "Group" : "Fsync"; });

}  // namespace
}  // namespace shirgate::test
