// Peers on a network that fails: one of several addresses that refuses, a client whose cable is cut.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "audit/fields.hpp"
#include "own_sockets.hpp"
#include "own_view.hpp"
#include "patience.hpp"
#include "tests/proxy/moved_clock.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

// TUN-014
TEST(FarPeers, WhereTheFirstAddressRefusesTheSecondIsTried) {
  const auto seen = with_own_network([] {
    ASSERT_TRUE(add_far_addresses());
    Upstream second(16, "20.60.0.11", 443);
    Lab lab({.dns = "[dns.hosts]\n\"origin.lab.example\" = [\"20.60.0.10\", \"20.60.0.11\"]\n"});
    auto tunnel = open_tunnel(lab, second);
    ASSERT_TRUE(tunnel.whole());
    tunnel.client.half_close();
    EXPECT_EQ(tunnel.upstream.read_to_end().bytes, "");
    tunnel.upstream.close();
    EXPECT_EQ(tunnel.client.read_to_end().bytes, "");
    tunnel.client.close();
    ASSERT_TRUE(lab.finish());
    EXPECT_EQ(lab.audit().terminal().size(), 1U);
    EXPECT_EQ(text_of(lab.audit().only("open"), field::upstream_ip), "20.60.0.11");
    EXPECT_EQ(reason_of(lab.audit().only("close")), "client_closed");
    EXPECT_EQ(second.accepted(), 1U);
  });
  if (seen == Seen::as_it_is) GTEST_SKIP() << "may not make a network for itself here";
}

void expect_vanished_client_reclaimed() {
  // The kernel's own fifteen would take as many minutes.
  ASSERT_TRUE(set_tcp_retries(3));
  Upstream upstream;
  Lab lab(upstream.port());
  const auto before = open_descriptors();
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  ASSERT_TRUE(cut_off(tunnel.client));
  tunnel.upstream.send("words nobody confirms");
  EXPECT_EQ(to_string(tunnel.upstream.read_to_end().ending), "reset");
  tunnel.upstream.close();
  tunnel.client.close();
  EXPECT_TRUE(wait_until([&] { return lab.gate().connections() == 0 && open_descriptors() == before; }));
  ASSERT_TRUE(lab.finish());
  ASSERT_EQ(lab.audit().terminal().size(), 1U);
  const auto close = lab.audit().only("close");
  EXPECT_EQ(reason_of(close), "client_vanished");
  EXPECT_EQ(text_of(close, field::ended_by), "client");
}

// TUN-019: with bytes unconfirmed the kernel gives the connection up, and the gate says whose it was.
TEST(FarPeers, AClientThatVanishesWithBytesUnconfirmedIsReclaimed) {
  const auto seen = with_own_network(expect_vanished_client_reclaimed);
  if (seen == Seen::as_it_is) GTEST_SKIP() << "may not make a network for itself here";
}

// TUN-019: and with nothing to confirm the kernel asks after both peers, once the tunnel is no longer young.
TEST(FarPeers, AreAskedAfterOnBothLegsWhenNothingIsSent) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  test::move_clock(std::chrono::seconds(10));
  for (const auto* peer : {&tunnel.client, &tunnel.upstream}) {
    const int leg = other_end_of(*peer);
    ASSERT_GE(leg, 0);
    EXPECT_TRUE(wait_until([&] { return option_of(leg, SOL_SOCKET, SO_KEEPALIVE) == 1; }));
    EXPECT_EQ(option_of(leg, IPPROTO_TCP, TCP_KEEPIDLE), 30);
    EXPECT_EQ(option_of(leg, IPPROTO_TCP, TCP_KEEPINTVL), 10);
    EXPECT_EQ(option_of(leg, IPPROTO_TCP, TCP_KEEPCNT), 3);
  }
}

}  // namespace
}  // namespace shirgate::wire
