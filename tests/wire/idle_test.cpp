// Tunnels that are quiet for hours. Nobody waits for them: the clock is put forward.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "patience.hpp"
#include "tests/proxy/moved_clock.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

using std::chrono::minutes;

class Idle : public testing::Test {
 protected:
  void SetUp() override {
    tunnel_ = open_tunnel(lab_, upstream_);
    ASSERT_TRUE(tunnel_.whole());
  }

  /// Time passes, and the gate notices: a connection that is accepted afterwards is served behind the next tick.
  void pass(minutes time) {
    test::move_clock(time);
    auto other = lab_.client();
    ASSERT_EQ(ask_to_end(other, "unlisted.lab.example:443").status, 403);
  }

  void expect_byte(Peer& from, Peer& to) {
    ASSERT_TRUE(from.send("x"));
    ASSERT_EQ(to.receive(1), "x");
  }

  Upstream upstream_;
  Lab lab_{upstream_.port()};
  OpenTunnel tunnel_;
};

// TUN-017: keep-alive probes are the kernel's, so to the gate such a tunnel is silent.
TEST_F(Idle, ATunnelThatIsQuietForAnHourEnds) {
  pass(minutes(61));
  EXPECT_EQ(to_string(tunnel_.client.read_to_end().ending), "reset");
  EXPECT_EQ(to_string(tunnel_.upstream.read_to_end().ending), "reset");
  ASSERT_TRUE(lab_.finish());
  const auto close = lab_.audit().only("close");
  EXPECT_EQ(reason_of(close), "idle_timeout");
  EXPECT_EQ(text_of(close, field::ended_by), "gate");
}

// TUN-017
TEST_F(Idle, AByteInEitherDirectionBeginsTheHourAgain) {
  pass(minutes(55));
  expect_byte(tunnel_.client, tunnel_.upstream);
  pass(minutes(55));
  expect_byte(tunnel_.upstream, tunnel_.client);
  pass(minutes(55));
  expect_byte(tunnel_.upstream, tunnel_.client);
  pass(minutes(61));
  EXPECT_EQ(to_string(tunnel_.client.read_to_end().ending), "reset");
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(reason_of(lab_.audit().only("close")), "idle_timeout");
}

// TUN-018
TEST_F(Idle, AByteEveryTenMinutesKeepsATunnelForADay) {
  for (int byte = 0; byte < 24 * 6; ++byte) {
    pass(minutes(10));
    expect_byte(tunnel_.upstream, tunnel_.client);
    ASSERT_FALSE(HasFatalFailure()) << "after " << byte * 10 << " minutes";
  }
  tunnel_.client.half_close();
  EXPECT_EQ(tunnel_.upstream.read_to_end().bytes, "");
  tunnel_.upstream.close();
  EXPECT_EQ(to_string(tunnel_.client.read_to_end().ending), "finished");
  tunnel_.client.close();
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(reason_of(lab_.audit().only("close")), "client_closed");
}

}  // namespace
}  // namespace shirgate::wire
