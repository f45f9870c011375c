#include "audit/sinks/shipper.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "audit/sinks/shippers.hpp"
#include "journal_reading.hpp"
#include "log_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;

/// What the receiver does is the test's to say; any thread.
struct Receiver {
  std::mutex mutex;
  std::vector<std::string> lines;  ///< everything that was sent, repetitions too
  std::uint64_t confirm_at_most = std::numeric_limits<std::uint64_t>::max();  ///< of each connection
  std::uint64_t break_after = std::numeric_limits<std::uint64_t>::max();      ///< lines of each connection
  bool is_there = true;
  bool is_full = false;
  std::atomic<int> connects{0};

  template <class Change>
  void change(Change how) {
    const std::scoped_lock lock(mutex);
    how(*this);
  }
  std::vector<std::string> unique() {
    const std::scoped_lock lock(mutex);
    std::map<std::uint64_t, std::string> by_number;
    for (const auto& line : lines) by_number.emplace(read_line_front(line)->seq, line);
    std::vector<std::string> all;
    for (const auto& [seq, line] : by_number) all.push_back(line);
    return all;
  }
};

class FakeSink : public Sink {
 public:
  explicit FakeSink(Receiver& receiver) : receiver_(receiver) {}
  Checked<bool> connect(const std::function<bool()>&) override {
    const std::scoped_lock lock(receiver_.mutex);
    ++receiver_.connects;
    sent_ = 0;
    if (!receiver_.is_there) return complain("nobody is there");
    return true;
  }
  Checked<bool> send(const Shipment& shipment) override {
    const std::scoped_lock lock(receiver_.mutex);
    if (!receiver_.is_there || sent_ >= receiver_.break_after) return complain("the connection broke");
    if (receiver_.is_full) return false;
    receiver_.lines.emplace_back(shipment.text);
    ++sent_;
    return true;
  }
  Checked<std::uint64_t> confirmed(milliseconds wait) override {
    {
      const std::scoped_lock lock(receiver_.mutex);
      if (!receiver_.is_there) return complain("the connection broke");
      if (sent_ <= receiver_.confirm_at_most) return sent_;
    }
    std::this_thread::sleep_for(wait);
    const std::scoped_lock lock(receiver_.mutex);
    return std::min(sent_, receiver_.confirm_at_most);
  }
  bool is_connected() const override { return true; }
  void disconnect() override {}

 private:
  Receiver& receiver_;
  std::uint64_t sent_ = 0;
};

class ShipperTest : public testing::Test {
 protected:
  void start(SinkSettings settings = {.name = "siem"}) {
    const CursorFile file(directory_.path(), settings.name);
    shipper_ = std::make_unique<Shipper>(directory_.path(),
                                         Shipper::Parts{.settings = settings,
                                                        .sink = std::make_unique<FakeSink>(receiver_),
                                                        .cursor_file = file,
                                                        .cursor = file.read()->value_or(Cursor()),
                                                        .on_trouble = [this](std::string_view text) { note(text); }},
                                         durable_);
    const auto started = shipper_->start();
    ASSERT_TRUE(started.has_value()) << started.error().text();
  }
  void note(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    troubles_.emplace_back(text);
  }
  void write(int count) {
    for (auto& line : log_.add_many(count)) written_.push_back(line);
    durable_.advance_to(log_.end().next_seq - 1);
  }
  bool all_arrive() {
    return holds_soon([this] { return shipper_->lag() == 0; });
  }
  Cursor kept() const { return CursorFile(directory_.path(), "siem").read()->value_or(Cursor()); }

  TemporaryDirectory directory_;
  LogWriter log_{directory_.path()};
  std::vector<std::string> written_;
  Durable durable_;
  Receiver receiver_;
  std::mutex mutex_;
  std::vector<std::string> troubles_;
  std::unique_ptr<Shipper> shipper_;
};

TEST_F(ShipperTest, DeliversEveryLineOnceAndInOrderWhileAllIsWell) {
  write(1000);
  start();
  ASSERT_TRUE(all_arrive());
  log_.begin_segment();
  write(1000);
  ASSERT_TRUE(all_arrive());
  shipper_->stop(milliseconds(0));
  EXPECT_EQ(receiver_.lines, written_);
  EXPECT_EQ(kept(), (Cursor{2000, hash_of_line(written_.back())}));
  EXPECT_EQ(shipper_->kept_up_to(), 2000U);
  EXPECT_EQ(shipper_->numbers().delivered_lines, 2000U);
  EXPECT_EQ(shipper_->numbers().failures, 0U);
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(ShipperTest, GoesOnWhereTheLastRunStopped) {
  write(10);
  start();
  ASSERT_TRUE(all_arrive());
  shipper_.reset();
  write(10);
  start();
  ASSERT_TRUE(all_arrive());
  shipper_.reset();
  EXPECT_EQ(receiver_.lines, written_);
}

TEST_F(ShipperTest, ShipsNothingThatIsNotDurable) {
  log_.add_many(5);
  start();
  durable_.advance_to(3);
  ASSERT_TRUE(all_arrive());
  shipper_->stop(milliseconds(0));
  EXPECT_EQ(receiver_.lines.size(), 3U);
}

TEST_F(ShipperTest, SendsAgainWhatABrokenConnectionDidNotConfirm) {
  receiver_.break_after = 300;
  receiver_.confirm_at_most = 200;
  write(1000);
  start();
  ASSERT_TRUE(holds_soon([this] { return receiver_.connects > 3; }));
  receiver_.change([](Receiver& one) { one.break_after = one.confirm_at_most = 1'000'000; });
  ASSERT_TRUE(all_arrive());
  shipper_->stop(milliseconds(0));
  EXPECT_EQ(receiver_.unique(), written_);
  EXPECT_GE(shipper_->numbers().failures, 3U);
}

TEST_F(ShipperTest, TellsTroubleOnceAndItsEndOnce) {
  receiver_.is_there = false;
  write(10);
  start();
  ASSERT_TRUE(holds_soon([this] { return receiver_.connects > 2; }));
  EXPECT_FALSE(shipper_->numbers().connected);
  EXPECT_EQ(shipper_->numbers().lag_lines, 10U);
  EXPECT_GT(shipper_->numbers().lag_seconds, 0.0);
  receiver_.change([](Receiver& one) { one.is_there = true; });
  ASSERT_TRUE(all_arrive());
  ASSERT_TRUE(holds_soon([this] { return shipper_->numbers().connected; }));
  EXPECT_EQ(shipper_->numbers().lag_seconds, 0.0);
  shipper_->stop(milliseconds(0));
  ASSERT_EQ(troubles_.size(), 2U);
  EXPECT_NE(troubles_[0].find("sink siem: nobody is there"), std::string::npos) << troubles_[0];
  EXPECT_NE(troubles_[1].find("delivered again"), std::string::npos) << troubles_[1];
}

TEST_F(ShipperTest, IsOverdueWhileARequiredSinkLagsTooFarBehind) {
  receiver_.is_full = true;
  start({.name = "siem", .required = true, .max_backlog = 5});
  write(5);
  EXPECT_FALSE(shipper_->is_overdue());
  write(1);
  EXPECT_TRUE(shipper_->is_overdue());
  receiver_.change([](Receiver& one) { one.is_full = false; });
  EXPECT_TRUE(holds_soon([this] { return !shipper_->is_overdue(); }));
}

TEST_F(ShipperTest, IsNeverOverdueWhereNobodyRequiresIt) {
  receiver_.is_there = false;
  start({.name = "siem", .max_backlog = 5});
  write(100);
  EXPECT_FALSE(shipper_->is_overdue());
}

TEST_F(ShipperTest, DeliversTheLastLinesWhenItStops) {
  start();
  write(5000);
  shipper_->stop(milliseconds(10'000));
  EXPECT_EQ(receiver_.unique(), written_);
  EXPECT_EQ(kept().seq, 5000U);
}

TEST_F(ShipperTest, StopsSoonWhereNobodyTakesTheLines) {
  receiver_.is_there = false;
  write(10);
  start();
  ASSERT_TRUE(holds_soon([this] { return receiver_.connects > 0; }));
  const auto before = receiver_.connects.load();
  const auto began = std::chrono::steady_clock::now();
  shipper_->stop(milliseconds(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  EXPECT_GT(receiver_.connects.load(), before) << "the last try";
  EXPECT_EQ(kept().seq, 0U);
}

TEST_F(ShipperTest, StopsSoonWhereLinesAreNeverConfirmed) {
  receiver_.confirm_at_most = 0;
  write(10);
  start();
  ASSERT_TRUE(holds_soon([this] {
    const std::scoped_lock lock(receiver_.mutex);
    return receiver_.lines.size() == 10;
  }));
  const auto began = std::chrono::steady_clock::now();
  shipper_->stop(milliseconds(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST_F(ShipperTest, RefusesTheCursorOfAnotherLog) {
  write(10);
  ASSERT_TRUE(CursorFile(directory_.path(), "siem").write({7, hash_of_line("another")}).has_value());
  const CursorFile file(directory_.path(), "siem");
  Shipper shipper(directory_.path(),
                  {.settings = {.name = "siem"},
                   .sink = std::make_unique<FakeSink>(receiver_),
                   .cursor_file = file,
                   .cursor = **file.read(),
                   .on_trouble = [](std::string_view) {}},
                  durable_);
  const auto started = shipper.start();
  ASSERT_TRUE(started.has_error());
  EXPECT_NE(started.error().text().find(file.path()), std::string::npos) << started.error().text();
  EXPECT_NE(started.error().text().find("remove"), std::string::npos) << started.error().text();
}

TEST(Shippers, LetNoTunnelOpenWhileARequiredSinkIsOverdue) {
  const TemporaryDirectory directory;
  std::atomic<bool> overdue{false};
  auto settings = settings_for(directory.path());
  std::atomic<std::uint64_t> written{0};
  settings.on_written = [&](std::uint64_t seq) { written = seq; };
  settings.may_open = [&] { return !overdue.load(); };
  const auto journal = open_journal(settings);
  auto& writer = journal->writer(0);
  EXPECT_TRUE(Audit::accepted(writer.append(tunnel_event(Action::open, 1))));
  ASSERT_TRUE(holds_soon([&] { return written == last_seq(directory.path()) && written > 1; }));
  overdue = true;
  EXPECT_FALSE(Audit::accepted(writer.append(tunnel_event(Action::open, 2))));
  EXPECT_TRUE(Audit::accepted(writer.append(tunnel_event(Action::close, 1))));
  overdue = false;
  EXPECT_TRUE(Audit::accepted(writer.append(tunnel_event(Action::open, 3))));
  static_cast<void>(writer.append(tunnel_event(Action::close, 3)));
}

TEST(Shippers, RefuseADamagedCursor) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() + "/cursors");
  write_file(directory.path() + "/cursors/out", "?");
  const auto made = Shippers::create(directory.path(), {{.name = "out"}}, [](std::string_view) {});
  ASSERT_TRUE(made.has_error());
  EXPECT_NE(made.error().text().find("/cursors/out"), std::string::npos) << made.error().text();
}

TEST(Shippers, LetEverythingBeDeletedWhereThereAreNone) {
  const auto made = Shippers::create("/nowhere", {}, [](std::string_view) {});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ((*made)->shipped_up_to(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_FALSE((*made)->overdue());
}

}  // namespace
}  // namespace shirgate::test
