// What a client sends too early: the corpus's EARLY rows that are told in words, and CONNECT heads in odd pieces.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

constexpr std::string_view unlisted = "evil.example.net:443";

// EARLY-007
TEST(Early, ARefusalStaysReadableWhileTheClientSendsOn) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto client = lab.client();
  client.send(connect_request(unlisted));
  client.send(std::string(std::size_t{1} << 20, 'A'));  // may be cut short by the gate's close
  const auto answer = parse_answer(client.read_to_end().bytes);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reason, "host_not_listed");
  EXPECT_NE(answer.body.find("host_not_listed for evil.example.net:443"), std::string::npos);
  EXPECT_TRUE(answer.body.ends_with("]\n")) << answer.body;
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(lab.audit().terminal().size(), 1U);
}

// EARLY-008
TEST(Early, ASecondRequestBehindAFailedOneIsNotRead) {
  Upstream upstream;
  Lab lab(upstream.port());
  upstream.stop_listening();
  auto client = lab.client();
  client.send(connect_request(origin_target) + connect_request(origin_target));
  const auto heard = client.read_to_end();
  const auto answer = parse_answer(heard.bytes);
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.reason, "connect_refused");
  EXPECT_EQ(heard.bytes.find("HTTP/1.1", 1), std::string::npos) << "a second answer";
  client.close();
  ASSERT_TRUE(lab.finish());
  const auto ends = lab.audit().terminal();
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(action_of(ends.front()), "failed");
}

void expect_tunnel(Lab& lab, Upstream& upstream, const std::string& head, std::size_t piece) {
  auto client = lab.client();
  const auto hello = good_hello_for(origin_host);
  const auto all = head + hello;
  for (std::size_t at = 0; at < all.size(); at += piece) ASSERT_TRUE(client.send(all.substr(at, piece)));
  EXPECT_EQ(parse_answer(client.receive_until("\r\n\r\n")).status, 200);
  auto peer = upstream.accept();
  ASSERT_TRUE(peer.connected());
  EXPECT_EQ(peer.receive(hello.size()), hello);
  for (int i = 0; i < 3; ++i) {
    peer.send("down");
    EXPECT_EQ(client.receive(4), "down");
    client.send("up");
    EXPECT_EQ(peer.receive(2), "up");
  }
}

TEST(Early, AHelloInTheSameSegmentAsTheConnectArrivesOnce) {
  Upstream upstream;
  Lab lab(upstream.port());
  expect_tunnel(lab, upstream, connect_request(origin_target), 1 << 20);
}

TEST(Early, AConnectAndHelloByteForByteArriveOnce) {
  Upstream upstream;
  Lab lab(upstream.port());
  expect_tunnel(lab, upstream, connect_request(origin_target), 1);
}

TEST(Early, ConnectionCloseOnTheConnectDoesNotCloseTheTunnel) {
  Upstream upstream;
  Lab lab(upstream.port());
  expect_tunnel(lab, upstream, connect_request(origin_target, "Connection: close\r\nProxy-Connection: close\r\n"),
                4096);
}

TEST(Early, Http10NeedsNoHost) {
  Upstream upstream;
  Lab lab(upstream.port());
  expect_tunnel(lab, upstream, "CONNECT " + std::string(origin_target) + " HTTP/1.0\r\n\r\n", 4096);
}

TEST(Early, WhatFollowsTheHelloArrivesBehindIt) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto client = lab.client();
  const auto hello = good_hello_for(origin_host);
  const std::string more(200'000, 'x');
  client.send(connect_request(origin_target) + hello + more);
  auto peer = upstream.accept();
  ASSERT_TRUE(peer.connected());
  EXPECT_EQ(peer.receive(hello.size()), hello);
  peer.send(server_hello());
  EXPECT_EQ(peer.receive(more.size()), more);
}

}  // namespace
}  // namespace shirgate::wire
