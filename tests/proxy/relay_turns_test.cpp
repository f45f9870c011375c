// How the relay shares its thread out, and how it ends tunnels, whichever way their bytes are moved.
#include "proxy/relay/relay.hpp"

#include "allocation_count.hpp"
#include "flow_fixture.hpp"
#include "relay_fixture.hpp"

namespace shirgate::test {
namespace {

using std::chrono::seconds;
constexpr std::size_t mebibyte = std::size_t{1} << 20;

class EveryRelay : public RelayFixture, public testing::WithParamInterface<RelayMode> {
 protected:
  EveryRelay() { start_relay(GetParam()); }

  /// The client sends until so many bytes wait to be read by the relay, which does not get its turn meanwhile.
  static void load(TunnelEnds& ends, const std::string& bytes) { EXPECT_EQ(ends.client.send(bytes), bytes.size()); }
};

TEST_P(EveryRelay, SpendsABoundedNumberOfBytesOnOneTunnel) {
  auto ends = open(plenty(), 8 * mebibyte);
  load(ends, std::string(3 * mebibyte, 'x'));
  EXPECT_TRUE(relay_->on_turn()) << "more is left";
  EXPECT_GE(moved(), mebibyte);
  EXPECT_LE(moved(), 2 * mebibyte) << "its allowance, and at most one pipe more";
  turn_until([&] { return ends.upstream.read(), ends.upstream.got.size() == 3 * mebibyte; });
}

TEST_P(EveryRelay, SpendsABoundedNumberOfBytesOnAllTunnels) {
  std::vector<TunnelEnds> all;
  for (int i = 0; i < 8; ++i) all.push_back(open(plenty(), 8 * mebibyte));
  for (auto& ends : all) load(ends, std::string(2 * mebibyte, 'x'));
  EXPECT_TRUE(relay_->on_turn());
  EXPECT_GE(moved(), 4 * mebibyte);
  EXPECT_LE(moved(), 6 * mebibyte);
  auto behind = open();
  ASSERT_EQ(behind.client.send("me too"), 6U);
  for (int turns = 0; turns < 4 && behind.upstream.got.empty(); ++turns) {
    EXPECT_TRUE(relay_->on_turn());
    behind.upstream.read();
  }
  EXPECT_EQ(behind.upstream.got, "me too") << "before the others are through";
}

TEST_P(EveryRelay, GoesRoundSoThatNoTunnelStarves) {
  std::vector<TunnelEnds> all;
  for (int i = 0; i < 6; ++i) all.push_back(open(plenty(), 8 * mebibyte));
  for (auto& ends : all) load(ends, std::string(3 * mebibyte, 'x'));
  // All of them have to get something within two rounds of four MiB.
  for (int turns = 0; turns < 3; ++turns) static_cast<void>(relay_->on_turn());
  for (auto& ends : all) {
    ends.upstream.read();
    EXPECT_GT(ends.upstream.got.size(), 0U);
  }
}

/// Sends the bytes through the tunnel. The allocations that cost, on all threads.
class Passing {
 public:
  Passing(EventLoop& loop, TunnelEnds& ends) : loop_(loop), ends_(ends) {}

  std::size_t operator()(std::size_t size) {
    wanted_ = size;
    turns_ = 0;
    EXPECT_EQ(ends_.client.send(std::string(size, 'x')), size);
    const auto cost = allocations_of([this] { loop_.run(until_all_is_there_); });
    EXPECT_EQ(unread(ends_.upstream.fd()), size);
    ends_.upstream.read();
    return cost;
  }

 private:
  EventLoop& loop_;
  TunnelEnds& ends_;
  std::size_t wanted_ = 0;
  int turns_ = 0;
  const std::function<void()> until_all_is_there_ = [this] {
    if (unread(ends_.upstream.fd()) == wanted_ || ++turns_ == 1000) loop_.stop();
  };
};

TEST_P(EveryRelay, AllocatesNothingToMoveBytes) {
  auto ends = open(plenty(), 8 * mebibyte);
  Passing pass_through(loop(), ends);
  constexpr std::array sizes{3 * mebibyte, std::size_t{1000}, std::size_t{10}, std::size_t{1000}, std::size_t{70'000}};
  std::size_t least = ~std::size_t{0};
  // The first round warms up, and in some other the log's thread may be at work. What a chunk costs, it costs in each.
  for (int round = 0; round < 8; ++round) {
    std::size_t cost = 0;
    for (const auto size : sizes) cost += pass_through(size);
    least = std::min(least, cost);
  }
  EXPECT_EQ(least, 0U);
}

TEST_P(EveryRelay, CountsABulkTunnelOnceAndOutAgain) {
  const auto bytes = noise(4 * mebibyte, 9);
  auto ends = open();
  std::size_t sent = 0;
  std::int64_t most = 0;
  turn_until([&] {
    sent += ends.client.send(std::string_view(bytes).substr(sent));
    ends.upstream.read();
    most = std::max(most, census_.bulk(0));
    loop().wake_from_outside([] {});
    return ends.upstream.got.size() == bytes.size();
  });
  EXPECT_TRUE(ends.upstream.got == bytes);
  const bool decides = GetParam() == RelayMode::automatic;
  EXPECT_EQ(most, decides ? 1 : 0) << "where everything is spliced, or nothing, that says nothing";
  pass(seconds(2));
  EXPECT_EQ(census_.bulk(0), 0) << "who is quiet is in nobody's way";
  EXPECT_EQ(relay_->counters().demoted_quiet > 0, decides);
  relay_->close_all(Reason::gate_stopped);
  EXPECT_EQ(census_.bulk(0), 0);
  EXPECT_EQ(closes().size(), 1U);
}

TEST_P(EveryRelay, NoticesAResetBehindBytesThatNobodyReads) {
  auto ends = open({.half_close = seconds(30), .progress = seconds(3600)});
  const std::string chunk(mebibyte, 'x');
  std::size_t quiet = 0;
  turn_until([&] {
    quiet = ends.client.send(chunk) == 0 ? quiet + 1 : 0;
    loop().wake_from_outside([] {});
    return quiet > 200;
  });
  ends.client.reset();
  pass(seconds(20));
  EXPECT_EQ(relay_->open_tunnels(), 1U) << "the bytes have their chance";
  pass(seconds(20));
  turn_until([&] { return relay_->open_tunnels() == 0; });
  EXPECT_EQ(relay_->pipes().lent(), 0U);
  turn_until([&] { return ends.upstream.read(), ends.upstream.error != 0 || ends.upstream.finished; });
  EXPECT_EQ(ends.upstream.error, ECONNRESET);
  const auto events = closes();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().at(field::reason).as_string(), "client_reset");
}

TEST_P(EveryRelay, WritesOneCloseForEachTunnelItIsStoppedWith) {
  std::vector<TunnelEnds> all;
  for (int i = 0; i < 40; ++i) all.push_back(open());
  for (auto& ends : all) ends.client.send(std::string(100'000, 'x'));
  static_cast<void>(relay_->on_turn());
  EXPECT_EQ(closes().size(), all.size());
}

INSTANTIATE_TEST_SUITE_P(Modes, EveryRelay, every_mode, name_of);

}  // namespace
}  // namespace shirgate::test
