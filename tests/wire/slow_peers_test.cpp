// Peers that read nothing, and peers that send a byte a second: what each of them may cost.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "audit/fields.hpp"
#include "own_sockets.hpp"
#include "patience.hpp"
#include "sql_bytes.hpp"
#include "tests/proxy/moved_clock.hpp"

namespace shirgate::wire {
namespace {

constexpr std::size_t kib = 1024;

/// The kernel's buffers are its own business, but a hundred of its largest are too much for a test.
void keep_buffers_small(const Peer& peer) {
  const int size = 64 * kib;
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/// Sends through all of them until none takes any more; how much went out.
std::size_t flood(const std::vector<Peer*>& senders) {
  static const std::string chunk(256 * kib, 'x');
  std::size_t total = 0;
  for (std::size_t round = 1; round > 0; total += round) {
    round = 0;
    for (auto* sender : senders) round += sender->send_until_stuck(chunk, std::chrono::milliseconds(0));
    round += senders.back()->send_until_stuck(chunk, std::chrono::milliseconds(200));
  }
  return total;
}

enum class Flooding : std::uint8_t { client, server };

class Stuck : public testing::TestWithParam<Flooding> {
 protected:
  static constexpr std::size_t tunnels = 100;

  void open_tunnels() {
    stuck_.reserve(tunnels);
    for (std::size_t i = 0; i < tunnels; ++i) {
      stuck_.push_back(open_tunnel(lab_, upstream_));
      ASSERT_TRUE(stuck_.back().whole());
      keep_buffers_small(stuck_.back().client);
      keep_buffers_small(stuck_.back().upstream);
    }
  }

  [[nodiscard]] std::vector<Peer*> senders() {
    std::vector<Peer*> all;
    for (auto& tunnel : stuck_) all.push_back(GetParam() == Flooding::client ? &tunnel.client : &tunnel.upstream);
    return all;
  }

  Upstream upstream_;
  Lab lab_{LabSetup{.dials = {{std::string(origin_target), upstream_.port()}},
                    .gate = "workers = 1\nmax_connections = 500\n"}};
  std::vector<OpenTunnel> stuck_;
};

// TUN-015 and TUN-016, with a hundred tunnels for five hundred and until they are stuck for sixty seconds.
TEST_P(Stuck, TunnelsKeepLittleAndHoldUpNobody) {
  auto lively = open_tunnel(lab_, upstream_);
  ASSERT_TRUE(lively.whole());
  const auto before = memory_in_use();
  open_tunnels();
  ASSERT_EQ(stuck_.size(), tunnels);
  EXPECT_GT(flood(senders()), tunnels * 128 * kib) << "nothing was held back";
  const auto after = memory_in_use();
  RecordProperty("bytes_each", std::to_string((after - before) / tunnels));
  EXPECT_LT(after, before + tunnels * 128 * kib) << (after - before) / tunnels << " bytes for each tunnel";
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(lively.client.send("question"));
    ASSERT_EQ(lively.upstream.receive(8), "question");
    ASSERT_TRUE(lively.upstream.send("answer"));
    ASSERT_EQ(lively.client.receive(6), "answer");
  }
  for (auto& tunnel : stuck_) EXPECT_EQ(option_of(tunnel.client.fd(), SOL_SOCKET, SO_ERROR), 0) << "was ended";
}

INSTANTIATE_TEST_SUITE_P(Side, Stuck, testing::Values(Flooding::client, Flooding::server), [](const auto& test) {
  return std::string(test.param == Flooding::client ? "ClientFloods" : "ServerFloods");
});

struct Trickle {
  const char* name;
  std::uint16_t port;
  std::string bytes;  ///< what a client would open with
};

void PrintTo(const Trickle& trickle, std::ostream* out) { *out << trickle.name; }

class Trickling : public testing::TestWithParam<Trickle> {
 protected:
  static constexpr std::size_t clients = 50;

  [[nodiscard]] std::string target() const { return std::string(origin_host) + ":" + std::to_string(GetParam().port); }

  void open_all() {
    peers_.reserve(clients);
    for (std::size_t i = 0; i < clients; ++i) {
      peers_.push_back(lab_.client());
      ASSERT_EQ(ask(peers_.back(), target()).status, 200);
    }
  }

  /// A second with one byte of each client, which the gate reads, and whatever the gate does when it is over.
  void let_a_second_pass(std::size_t second) {
    for (auto& peer : peers_) peer.send(GetParam().bytes.substr(second, 1));
    for (auto& peer : peers_) ASSERT_TRUE(wait_until([&] { return is_all_read(peer); }));
    test::move_clock(std::chrono::seconds(1));
    // Who is served after a tick has seen it.
    for (int i = 0; i < 2; ++i) {
      auto other = lab_.client();
      ASSERT_EQ(ask_to_end(other, "unlisted.lab.example:443").status, 403);
    }
  }

  [[nodiscard]] std::size_t still_open() {
    return static_cast<std::size_t>(std::count_if(
        peers_.begin(), peers_.end(), [](Peer& peer) { return peer.read_what_is_there().ending == Ending::open; }));
  }

  Upstream upstream_;
  Lab lab_{
      LabSetup{.rules = "[[allow]]\nruntime = \"contoso\"\nchannel = \"origin\"\nhosts = [\"origin.lab.example\"]\n"
                        "ports = [443, 1433]\n",
               .dials = {{"origin.lab.example:443", upstream_.port()}, {"origin.lab.example:1433", upstream_.port()}},
               .gate = "workers = 1\nhello_timeout = 6\n"}};
  std::vector<Peer> peers_;
};

// TDS-030, and the like of it for TLS: one deadline for the whole flight, whenever its last byte came.
TEST_P(Trickling, ClientsHoldNoMoreThanTheirBufferAndAreCutAtTheDeadline) {
  { auto first = lab_.client(); }
  const auto before = memory_in_use();
  open_all();
  std::size_t seconds = 0;
  do {
    let_a_second_pass(seconds);
    ASSERT_FALSE(HasFatalFailure());
    // EARLY-006 allows as much for each.
    EXPECT_LT(memory_in_use(), before + clients * 64 * kib) << (memory_in_use() - before) / clients << " bytes each";
    RecordProperty("bytes_each", std::to_string((memory_in_use() - before) / clients));
  } while (still_open() > 0 && ++seconds < 30);
  EXPECT_GE(seconds, 2U) << "cut for something else";
  EXPECT_LE(seconds, 6U) << "the deadline moved on with the bytes";
  peers_.clear();
  ASSERT_TRUE(lab_.finish());
  const auto ends = lab_.audit().with_action("close");
  ASSERT_EQ(ends.size(), clients);
  for (const auto& close : ends) {
    EXPECT_EQ(reason_of(close), "hello_timeout");
    EXPECT_EQ(text_of(close, field::bytes_from_client), "0");
  }
  for (auto peer = upstream_.accept_waiting(); peer.connected(); peer = upstream_.accept_waiting())
    EXPECT_EQ(peer.read_what_is_there().bytes, "");
  EXPECT_EQ(upstream_.accepted(), clients);
}

INSTANTIATE_TEST_SUITE_P(Openings, Trickling,
                         testing::Values(Trickle{"Tls", 443, good_hello_for(origin_host)},
                                         Trickle{"Tds", 1433, prelogin(on)}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace shirgate::wire
