#include "audit/sinks/shipper.hpp"

#include <gtest/gtest.h>

#include <set>

#include "shipper_fixture.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;

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
  ASSERT_TRUE(holds_soon([this] {
    const std::scoped_lock lock(mutex_);
    return troubles_.size() == 2;
  })) << "once it has stood for a second";
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
  const auto found = shipper.find_place();
  ASSERT_TRUE(found.has_error());
  EXPECT_NE(found.error().text().find(file.path()), std::string::npos) << found.error().text();
  EXPECT_NE(found.error().text().find("remove"), std::string::npos) << found.error().text();
}

TEST_F(ShipperTest, OutlivesASinkThatThrows) {
  receiver_.throws = true;
  write(10);
  start();
  ASSERT_TRUE(holds_soon([this] { return shipper_->numbers().failures > 1; }));
  receiver_.change([](Receiver& one) { one.throws = false; });
  ASSERT_TRUE(all_arrive());
  shipper_->stop(milliseconds(0));
  EXPECT_EQ(receiver_.unique(), written_);
  EXPECT_NE(troubles_.at(0).find("sink siem: no thread can be had"), std::string::npos) << troubles_[0];
}

// As UDP to a port where nobody listens does: each connection confirms a line and then breaks.
TEST_F(ShipperTest, NeitherRepeatsItselfNorHurriesWhileConnectionsBreakAtOnce) {
  receiver_.break_after = 1;
  start();
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    write(1);
    ASSERT_TRUE(all_arrive());
  }
  // At least half of 0.1, 0.2, 0.4 and 0.8 seconds.
  EXPECT_GT(std::chrono::steady_clock::now() - began, milliseconds(700));
  shipper_->stop(milliseconds(0));
  EXPECT_EQ(shipper_->numbers().failures, 4U);
  ASSERT_EQ(troubles_.size(), 1U) << troubles_[1];
}

TEST_F(ShipperTest, KeepsItsCursorBeforeADisconnectThatMayHang) {
  std::vector<std::uint64_t> kept_at_disconnect;
  receiver_.on_disconnect = [&] { kept_at_disconnect.push_back(kept().seq); };
  write(10);
  start();
  ASSERT_TRUE(all_arrive());
  write(10);
  ASSERT_TRUE(all_arrive());
  receiver_.change([](Receiver& one) { one.is_there = false; });
  write(1);
  ASSERT_TRUE(holds_soon([this] { return shipper_->numbers().failures > 0; }));
  receiver_.change([](Receiver& one) { one.is_there = true; });
  ASSERT_TRUE(all_arrive());
  shipper_->stop(milliseconds(0));
  ASSERT_GE(kept_at_disconnect.size(), 2U);
  EXPECT_EQ(kept_at_disconnect.front(), 20U);
  EXPECT_EQ(kept_at_disconnect.back(), 21U);
}

constexpr auto closed = R"(,"source.ip":"10.0.0.1","destination.domain":"a.example","destination.port":443)";

/// What was sent, as it stands.
std::vector<std::string> sent_to(Receiver& receiver) {
  const std::scoped_lock lock(receiver.mutex);
  return receiver.lines;
}

TEST_F(ShipperTest, SendsSquidTheRequestsThatEndedAndLeavesOutTheRest) {
  const auto add = [this](const char* action, const char* more) {
    log_.add(action, "2026-11-22T10:00:00.000Z", more);
    durable_.advance_to(log_.end().next_seq - 1);
  };
  write(3);
  add("close", closed);
  write(3);
  add("denied", R"(,"destination.domain":"b.example","destination.port":443,"shirgate.reason":"host_not_listed")");
  write(200);
  start({.name = "siem", .format = SinkFormat::squid});
  ASSERT_TRUE(all_arrive()) << "lines that are left out count as delivered";
  EXPECT_EQ(
      sent_to(receiver_),
      (std::vector<std::string>{"1795341600.000      0 10.0.0.1 TCP_TUNNEL/200 0 CONNECT a.example:443 - HIER_NONE/- -",
                                "1795341600.000      0 - TCP_DENIED/403 0 CONNECT b.example:443 - HIER_NONE/- -"}));
  shipper_->stop(milliseconds(0));
  EXPECT_EQ(kept().seq, log_.end().next_seq - 1);
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(ShipperTest, SendsSquidAgainWhatABrokenConnectionDidNotConfirm) {
  const auto add = [this](int first, int count) {
    for (int i = first; i < first + count; ++i) {
      write(1);
      log_.add("close", "2026-11-22T10:00:00.000Z", closed + fmt::format(R"(,"destination.bytes":{})", i));
    }
    durable_.advance_to(log_.end().next_seq - 1);
  };
  receiver_.break_after = 2;
  receiver_.confirm_at_most = 1;
  add(0, 2);
  start({.name = "siem", .format = SinkFormat::squid});
  // The first one, the line before it and the one behind it, which are left out.
  ASSERT_TRUE(holds_soon([this] { return shipper_->numbers().delivered_lines == 3; }));
  add(2, 3);
  ASSERT_TRUE(holds_soon([this] { return receiver_.connects > 1; }));
  receiver_.change([](Receiver& one) { one.break_after = one.confirm_at_most = 1'000'000; });
  ASSERT_TRUE(all_arrive());
  const auto sent = sent_to(receiver_);
  const std::set<std::string> different(sent.begin(), sent.end());
  EXPECT_EQ(different.size(), 5U);
  EXPECT_GT(sent.size(), 5U);
}

TEST_F(ShipperTest, SaysWhichLineSquidCanNotBeTold) {
  log_.add("close", "2026-11-22T10:00:00.000Z", R"(,"source.ip":[)");
  durable_.advance_to(1);
  start({.name = "siem", .format = SinkFormat::squid});
  ASSERT_TRUE(all_arrive());
  shipper_->stop(milliseconds(0));
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_EQ(troubles_[0], "sink siem: line 1 can't be read, and is left out");
  EXPECT_TRUE(receiver_.lines.empty());
}

}  // namespace
}  // namespace shirgate::test
