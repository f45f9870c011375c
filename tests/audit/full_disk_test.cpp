// A disk that refuses: the kernel's own limit on the size of files stands in for one that is full.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

/// No file of this process grows beyond `bytes` until room() is called.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    previous_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FullDisk() {
    room();
    std::signal(SIGXFSZ, previous_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  void room() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
  void (*previous_)(int) = nullptr;
};

class OnAFullDisk : public testing::Test {
 protected:
  /// Appends until the disk refuses: tunnels that open, unless told otherwise.
  void fill(Action action = Action::open) {
    ASSERT_TRUE(holds_soon([this, action] {
      if (journal_->writer(0).append(tunnel_event(action, accepted_ + 1)).taken) ++accepted_;
      return !journal_->healthy();
    }));
  }
  /// The journal's end; then the directory holds what was accepted.
  void close() { journal_.reset(); }

  TemporaryDirectory directory_;
  std::unique_ptr<Journal> journal_ = open_journal(directory_.path(), 1, std::chrono::milliseconds(1), 40'000);
  FullDisk disk_{2000};  // the segment's first line fits
  std::uint64_t accepted_ = 0;
};

TEST_F(OnAFullDisk, OpensNoTunnel) {
  fill();
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(journal_->writer(0).append(tunnel_event(Action::open, 1)).taken);
}

TEST_F(OnAFullDisk, TakesTheEndOfEveryTunnelThatIsOpen) {
  fill();
  const auto opened = accepted_;
  for (std::uint64_t i = 1; i <= opened; ++i) {
    EXPECT_TRUE(journal_->writer(0).append(tunnel_event(Action::close, i)).taken);
    ++accepted_;
  }
  disk_.room();
  close();
  expect_no_gap(directory_.path(), accepted_);
}

TEST_F(OnAFullDisk, LosesNothingItAcceptedAndRecoversWhenThereIsRoom) {
  fill(Action::progress);
  // What comes meanwhile waits in the ring.
  for (int i = 0; i < 50; ++i)
    if (journal_->writer(0).append(tunnel_event(Action::progress, 9)).taken) ++accepted_;
  EXPECT_FALSE(journal_->healthy());
  const auto on_disk = text_of(segments_of(directory_.path()).at(0));
  EXPECT_LE(on_disk.size(), 2000U);
  disk_.room();
  ASSERT_TRUE(holds_soon([this] { return journal_->healthy(); }));
  // As soon as the journal has made room in the ring, too.
  ASSERT_TRUE(holds_soon([this] { return journal_->writer(0).append(tunnel_event(Action::open, 10'000)).taken; }));
  ++accepted_;
  ASSERT_TRUE(holds_soon([this] { return journal_->lines_written() == accepted_; }));
  expect_no_gap(directory_.path(), accepted_);
}

TEST_F(OnAFullDisk, WritesWhatWaitsWhenThereIsRoomOnlyAtTheEnd) {
  fill();
  for (int i = 0; i < 50; ++i)
    if (journal_->writer(0).append(tunnel_event(Action::progress, 9)).taken) ++accepted_;
  disk_.room();
  close();
  expect_no_gap(directory_.path(), accepted_);
}

TEST(FullDiskTrouble, IsToldOnceWhenItBeginsAndOnceWhenItEnds) {
  const TemporaryDirectory directory;
  std::vector<std::string> troubles;  // the journal's thread alone touches it until the journal is gone
  auto journal = Journal::open({.directory = directory.path(),
                                .group = std::chrono::milliseconds(1),
                                .on_trouble = [&](std::string_view text) { troubles.emplace_back(text); }});
  ASSERT_TRUE(journal.has_value());
  FullDisk disk{2000};
  auto& writer = (*journal)->writer(0);
  ASSERT_TRUE(holds_soon([&] { return writer.append(tunnel_event(Action::progress, 1)), !(*journal)->healthy(); }));
  disk.room();
  ASSERT_TRUE(holds_soon([&] { return (*journal)->healthy(); }));
  journal->reset();
  EXPECT_EQ(troubles,
            (std::vector{"audit: " + directory.path() + " can't be written (File too large): no new tunnel opens",
                         "audit: " + directory.path() + " is written again"}));
}

TEST_F(OnAFullDisk, LosesNothingOverARestart) {
  fill();
  const auto kept = lines_in(directory_.path()).size();
  EXPECT_LT(kept, accepted_);
  close();  // the disk is still full: what did not fit stays in the rings
  EXPECT_EQ(lines_in(directory_.path()).size(), kept);
  disk_.room();
  {
    const auto again = open_journal(directory_.path());
    EXPECT_TRUE(again->writer(0).append(tunnel_event(Action::open, accepted_ + 1)).taken);
  }
  expect_no_gap(directory_.path(), accepted_ + 1);
  EXPECT_EQ(lines_in(directory_.path(), "torn").size(), accepted_);
}

TEST_F(OnAFullDisk, RefusesRefusalsOnlyWhenTheirPartOfTheRingIsFull) {
  constexpr std::uint64_t open = 3;
  for (std::uint64_t i = 1; i <= open; ++i)
    EXPECT_TRUE(journal_->writer(0).append(tunnel_event(Action::open, i)).taken);
  fill(Action::progress);
  const std::string asked(256, 'a');
  std::size_t refusals = 0;
  bool taken = true;
  while (taken && refusals < 1000) {
    // Each from another client, so that none is merged.
    const Endpoint client{v4_address(static_cast<std::uint32_t>(refusals)), 1};
    auto event = tunnel_event(Action::denied, 1);
    event.client = client;
    event.reason = Reason::bad_host;
    event.asked = asked;
    taken = journal_->writer(0).append(event).taken;
    ++refusals;
  }
  EXPECT_LT(refusals, 1000U) << "the ring is bounded";
  for (std::uint64_t i = 1; i <= open; ++i)
    EXPECT_TRUE(journal_->writer(0).append(tunnel_event(Action::close, i)).taken) << "tunnel " << i;
}

}  // namespace
}  // namespace shirgate::test
