// Bytes through an open tunnel: every end reaches the other side as what it is, nothing is lost, nothing piles up.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>

#include "audit/fields.hpp"
#include "certs/digest.hpp"
#include "patience.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

class Relayed : public testing::Test {
 protected:
  void SetUp() override {
    tunnel_ = open_tunnel(lab_, upstream_);
    ASSERT_TRUE(tunnel_.whole());
  }

  /// How the log tells the end; the connections must be gone.
  [[nodiscard]] AuditEvent close_event() {
    EXPECT_TRUE(lab_.finish());
    return lab_.audit().only("close");
  }

  Upstream upstream_;
  Lab lab_{upstream_.port()};
  OpenTunnel tunnel_;
};

TEST_F(Relayed, AClientsHalfCloseIsPassedOnWithTheAnswerStillDelivered) {
  tunnel_.client.send("question");
  tunnel_.client.half_close();
  const auto question = tunnel_.upstream.read_to_end();
  EXPECT_EQ(question.bytes, "question");
  EXPECT_EQ(to_string(question.ending), "finished");
  tunnel_.upstream.send("answer");
  tunnel_.upstream.close();
  const auto answer = tunnel_.client.read_to_end();
  EXPECT_EQ(answer.bytes, "answer");
  EXPECT_EQ(to_string(answer.ending), "finished");
  const auto close = close_event();
  EXPECT_EQ(reason_of(close), "client_closed");
  EXPECT_EQ(text_of(close, field::ended_by), "client");
  EXPECT_EQ(text_of(close, field::bytes_from_upstream), std::to_string(server_hello().size() + 6));
}

TEST_F(Relayed, AnUpstreamsHalfCloseIsPassedOnWithTheRestStillDelivered) {
  tunnel_.upstream.send("answer");
  tunnel_.upstream.half_close();
  EXPECT_EQ(tunnel_.client.read_to_end().bytes, "answer");
  tunnel_.client.send("thanks");
  tunnel_.client.close();
  const auto rest = tunnel_.upstream.read_to_end();
  EXPECT_EQ(rest.bytes, "thanks");
  EXPECT_EQ(to_string(rest.ending), "finished");
  const auto close = close_event();
  EXPECT_EQ(reason_of(close), "upstream_closed");
  EXPECT_EQ(text_of(close, field::ended_by), "upstream");
}

TEST_F(Relayed, AnUpstreamThatClosesFirstEndsTheTunnelWithItsLastWords) {
  tunnel_.upstream.send("bye");
  tunnel_.upstream.close();
  const auto heard = tunnel_.client.read_to_end();
  EXPECT_EQ(heard.bytes, "bye");
  EXPECT_EQ(to_string(heard.ending), "finished");
  tunnel_.client.close();
  EXPECT_EQ(reason_of(close_event()), "upstream_closed");
}

TEST_F(Relayed, AClientsResetReachesTheUpstreamAsOne) {
  tunnel_.client.send("half a story");
  EXPECT_EQ(tunnel_.upstream.receive(12), "half a story");
  tunnel_.client.reset();
  EXPECT_EQ(to_string(tunnel_.upstream.read_to_end().ending), "reset");
  const auto close = close_event();
  EXPECT_EQ(reason_of(close), "client_reset");
  EXPECT_EQ(text_of(close, field::ended_by), "client");
}

TEST_F(Relayed, AnUpstreamsResetReachesTheClientAsOne) {
  tunnel_.upstream.reset();
  EXPECT_EQ(to_string(tunnel_.client.read_to_end().ending), "reset");
  EXPECT_EQ(reason_of(close_event()), "upstream_reset");
}

TEST_F(Relayed, AReaderThatStopsStopsTheSender) {
  const std::string chunk(std::size_t{256} * 1024, 'x');
  const auto sent = tunnel_.client.send_until_stuck(chunk, std::chrono::milliseconds(500));
  // Two sockets' buffers on each leg and one bounce buffer; the kernel's largest receive buffer here is 32 MiB.
  EXPECT_LT(sent, std::size_t{100} << 20);
  tunnel_.client.half_close();
  EXPECT_EQ(tunnel_.upstream.read_to_end().bytes.size(), sent);
}

/// Bytes nobody can get right by accident.
std::string noise(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<char>(seed >> 56);
  }
  return bytes;
}

TEST_F(Relayed, TensOfMebibytesGoBothWaysAtOnceUnchanged) {
  const auto up = noise(std::size_t{24} << 20, 1);
  const auto down = noise(std::size_t{24} << 20, 2);
  const auto send_all = [](Peer& peer, const std::string& bytes) {
    const bool sent = peer.send(bytes);
    peer.half_close();
    return sent;
  };
  auto client_sends = std::async(std::launch::async, [&] { return send_all(tunnel_.client, up); });
  auto upstream_sends = std::async(std::launch::async, [&] { return send_all(tunnel_.upstream, down); });
  auto upstream_reads = std::async(std::launch::async, [&] { return tunnel_.upstream.read_to_end(); });
  const auto got_down = tunnel_.client.read_to_end();
  const auto got_up = upstream_reads.get();
  EXPECT_TRUE(client_sends.get());
  EXPECT_TRUE(upstream_sends.get());
  EXPECT_EQ(sha256(got_up.bytes), sha256(up));
  EXPECT_EQ(sha256(got_down.bytes), sha256(down));
  tunnel_.client.close();
  tunnel_.upstream.close();
  EXPECT_EQ(text_of(close_event(), field::bytes_from_upstream), std::to_string(server_hello().size() + down.size()));
}

// TUN-002
TEST_F(Relayed, TenMebibytesStillGoUpAfterTheUpstreamHasFinished) {
  tunnel_.upstream.half_close();
  EXPECT_EQ(to_string(tunnel_.client.read_to_end().ending), "finished");
  const auto up = noise(std::size_t{10} << 20, 4);
  auto client_sends = std::async(std::launch::async, [&] {
    const bool sent = tunnel_.client.send(up);
    tunnel_.client.half_close();
    return sent;
  });
  const auto got = tunnel_.upstream.read_to_end();
  EXPECT_TRUE(client_sends.get());
  EXPECT_EQ(to_string(got.ending), "finished");
  EXPECT_EQ(got.bytes.size(), up.size());
  EXPECT_EQ(sha256(got.bytes), sha256(up));
  const auto close = close_event();
  EXPECT_EQ(reason_of(close), "upstream_closed");
  EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(good_hello_for(origin_host).size() + up.size()));
}

// TUN-022: TCP's urgent byte stays where it was in the stream.
TEST_F(Relayed, AnUrgentByteIsNotLost) {
  for (auto* const from : {&tunnel_.client, &tunnel_.upstream}) {
    auto& to = from == &tunnel_.client ? tunnel_.upstream : tunnel_.client;
    ASSERT_TRUE(from->send("before "));
    ASSERT_EQ(::send(from->fd(), "!", 1, MSG_OOB | MSG_NOSIGNAL), 1);
    ASSERT_TRUE(from->send(" after"));
    EXPECT_EQ(to.receive(14), "before ! after");
  }
  tunnel_.client.half_close();
  EXPECT_EQ(tunnel_.upstream.read_to_end().bytes, "");
  tunnel_.upstream.close();
  EXPECT_EQ(text_of(close_event(), field::bytes_from_client), std::to_string(good_hello_for(origin_host).size() + 14));
}

TEST_F(Relayed, ASlowReaderGetsEverythingUnchanged) {
  const auto down = noise(std::size_t{4} << 20, 3);
  auto sending = std::async(std::launch::async, [&] {
    const bool sent = tunnel_.upstream.send(down);
    tunnel_.upstream.half_close();
    return sent;
  });
  Sha256 digest;
  std::size_t got = 0;
  for (std::string piece = "-"; !piece.empty();) {
    piece = tunnel_.client.receive(10'000);
    got += piece.size();
    digest.add(piece);
    if (got % 400'000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(sending.get());
  EXPECT_EQ(got, down.size());
  EXPECT_EQ(digest.finish(), sha256(down));
}

TEST_F(Relayed, AClientThatResetsInTheMiddleOfADownloadEndsItForTheUpstream) {
  const std::string chunk(std::size_t{64} * 1024, 'x');
  auto sending = std::async(std::launch::async, [&] {
    while (tunnel_.upstream.send(chunk)) continue;
    return to_string(tunnel_.upstream.read_to_end().ending);
  });
  EXPECT_EQ(tunnel_.client.receive(std::size_t{1} << 20).size(), std::size_t{1} << 20);
  tunnel_.client.reset();
  EXPECT_NE(sending.get(), "open");
  EXPECT_EQ(reason_of(close_event()), "client_reset");
}

TEST(Relay, EndsATunnelWhoseOtherSideStaysQuietAfterAHalfClose) {
  Upstream upstream;
  Lab lab({.dials = {{std::string(origin_target), upstream.port()}}, .gate = "workers = 1\nhalf_close_timeout = 1\n"});
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  tunnel.client.half_close();
  EXPECT_EQ(to_string(tunnel.client.read_to_end().ending), "reset");
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "half_close_timeout");
}

/// The stuck bytes have their chance first: half_close_timeout.
void expect_reset_seen_behind_stuck_bytes(bool client_resets, std::string_view reason) {
  Upstream upstream;
  Lab lab({.dials = {{std::string(origin_target), upstream.port()}}, .gate = "workers = 1\nhalf_close_timeout = 1\n"});
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  auto& sender = client_resets ? tunnel.client : tunnel.upstream;
  const std::string chunk(std::size_t{256} * 1024, 'x');
  ASSERT_GT(sender.send_until_stuck(chunk, std::chrono::milliseconds(300)), chunk.size());
  sender.reset();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), reason);
}

TEST(Relay, SeesAClientsResetWhileTheUpstreamDoesNotRead) {
  expect_reset_seen_behind_stuck_bytes(true, "client_reset");
}

TEST(Relay, SeesAnUpstreamsResetWhileTheClientDoesNotRead) {
  expect_reset_seen_behind_stuck_bytes(false, "upstream_reset");
}

}  // namespace
}  // namespace shirgate::wire
