// A client that sends RST at every stage a connection can be in: one closing record that says which stage it was, and
// no descriptor left behind. leaks_test.cpp does the like in thousands, without looking at each record.
#include <gtest/gtest.h>

#include <atomic>

#include "audit/fields.hpp"
#include "mock_dns.hpp"
#include "own_sockets.hpp"
#include "patience.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

struct End {
  std::string_view action;
  std::string_view reason;
  std::string_view stage;
};

/// A tunnel that was reset while it was set up is found out by the 200 that can't be sent.
constexpr End unconfirmed{"close", "hello_incomplete", "first_flight"};

/// To be asked when the client has sent its RST and the test has closed its other ends.
void expect_nothing_left(Lab& lab, std::size_t descriptors_before, const End& end) {
  EXPECT_TRUE(wait_until([&] { return lab.gate().connections() == 0; }));
  EXPECT_TRUE(wait_until([&] { return open_descriptors() == descriptors_before; }))
      << open_descriptors() << " where there were " << descriptors_before;
  ASSERT_TRUE(lab.finish());
  const auto ends = lab.audit().terminal();
  ASSERT_FALSE(ends.empty());
  EXPECT_EQ(action_of(ends.back()), end.action);
  EXPECT_EQ(reason_of(ends.back()), end.reason);
  EXPECT_EQ(text_of(ends.back(), field::stage), end.stage);
  EXPECT_EQ(lab.audit().count("open"), lab.audit().count("close"));
}

// TUN-004
TEST(Reset, BeforeAnyByteIsOneRecord) {
  Upstream upstream;
  Lab lab(upstream.port());
  const auto before = open_descriptors();
  auto client = lab.client();
  ASSERT_TRUE(wait_until([&] { return lab.gate().connections() == 1; }));
  client.reset();
  expect_nothing_left(lab, before, {"failed", "request_incomplete", "request"});
  EXPECT_EQ(lab.audit().terminal().size(), 1U);
  EXPECT_FALSE(upstream.accept_waiting().connected());
}

// TUN-006
TEST(Reset, WhileTheNameIsLookedUpIsOneClose) {
  Upstream upstream;
  std::atomic<bool> held = false;
  std::atomic<bool> asked = false;
  MockDns dns([&held, &asked](const std::string&, int type) {
    asked = held.load();
    static_cast<void>(wait_until([&held] { return !held; }));
    return DnsReply{.addresses = type == 1 ? std::vector<std::string>{"20.60.0.10"} : std::vector<std::string>()};
  });
  Lab lab({.rules = std::string(origin_rule) + "[[allow]]\nruntime = \"contoso\"\nchannel = \"other\"\n"
                                               "hosts = [\"other.lab.example\"]\nports = [443]\n",
           .dns = asking(dns.port()),
           .dials = {{std::string(origin_target), upstream.port()}, {"other.lab.example:443", upstream.port()}}});
  {  // Another name first: the resolver keeps the socket it asks from.
    const auto tunnel = open_tunnel(lab, upstream, "other.lab.example");
    ASSERT_TRUE(tunnel.whole());
  }
  ASSERT_TRUE(wait_until([&] { return lab.gate().connections() == 0; }));
  const auto before = open_descriptors();
  held = true;
  auto client = lab.client();
  client.send(connect_request(origin_target));
  ASSERT_TRUE(wait_until([&] { return asked.load(); }));
  client.reset();
  held = false;
  auto peer = upstream.accept();
  EXPECT_EQ(peer.read_to_end().bytes, "");
  peer.close();
  expect_nothing_left(lab, before, unconfirmed);
  EXPECT_EQ(lab.audit().terminal().size(), 2U);
}

// TUN-007
TEST(Reset, DuringTheConnectIsOneClose) {
  Upstream full(0);
  std::vector<Peer> queue;
  do {
    queue.push_back(Peer::connect_to(full.port(), "127.0.0.1", std::chrono::milliseconds(200)));
  } while (queue.back().connected());
  queue.pop_back();
  Lab lab(full.port());
  const auto before = open_descriptors();
  auto client = lab.client();
  client.send(connect_request(origin_target));
  ASSERT_TRUE(wait_until(is_connecting));
  client.reset();
  // Room again: the next attempt of the gate's kernel gets through.
  for (std::size_t taken = 0; taken < queue.size(); ++taken) static_cast<void>(full.accept());
  auto peer = full.accept();
  ASSERT_TRUE(peer.connected());
  EXPECT_EQ(peer.read_to_end().bytes, "");
  peer.close();
  expect_nothing_left(lab, before, unconfirmed);
  EXPECT_EQ(lab.audit().terminal().size(), 1U);
}

// TUN-010
TEST(Reset, WithBothBuffersFullIsOneClose) {
  Upstream upstream;
  Lab lab({.dials = {{std::string(origin_target), upstream.port()}}, .gate = "workers = 1\nhalf_close_timeout = 1\n"});
  const auto before = open_descriptors();
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  const std::string chunk(std::size_t{256} * 1024, 'x');
  ASSERT_GT(tunnel.client.send_until_stuck(chunk, std::chrono::milliseconds(200)), chunk.size());
  ASSERT_GT(tunnel.upstream.send_until_stuck(chunk, std::chrono::milliseconds(200)), chunk.size());
  tunnel.client.reset();
  ASSERT_TRUE(wait_until([&] { return lab.gate().connections() == 0; }));
  EXPECT_EQ(to_string(tunnel.upstream.read_to_end().ending), "reset");
  tunnel.upstream.close();
  expect_nothing_left(lab, before, {"close", "client_reset", "relay"});
  EXPECT_EQ(lab.audit().terminal().size(), 1U);
}

// TUN-011
TEST(Reset, WhileTheGateLingersAfterACutIsNoSecondRecord) {
  Upstream upstream;
  Lab lab(upstream.port());
  const auto before = open_descriptors();
  auto client = lab.client();
  ASSERT_EQ(ask(client, origin_target).status, 200);
  client.send(good_hello_for("attacker.example"));
  const auto heard = client.read_to_end();
  EXPECT_EQ(heard.bytes.size(), 7U) << "an alert";
  EXPECT_EQ(to_string(heard.ending), "finished");
  client.reset();
  auto peer = upstream.accept();
  EXPECT_EQ(peer.read_to_end().bytes, "");
  peer.close();
  expect_nothing_left(lab, before, {"close", "sni_mismatch", "first_flight"});
  EXPECT_EQ(lab.audit().terminal().size(), 1U);
}

}  // namespace
}  // namespace shirgate::wire
