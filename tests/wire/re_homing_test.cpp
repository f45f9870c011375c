// Bulk tunnels that one worker has too many of go to another; nobody at either end notices.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <random>
#include <set>

#include "audit/fields.hpp"
#include "bulk_stream.hpp"
#include "own_sockets.hpp"
#include "patience.hpp"
#include "server_bytes.hpp"
#include "tests/proxy/moved_clock.hpp"

namespace shirgate::wire {
namespace {

constexpr std::string_view other_rule =
    "[[allow]]\nruntime = \"contoso\"\nchannel = \"other\"\nhosts = [\"other.lab.example\"]\nports = [443]\n";

/// The worker that serves the connection, as the number of its epoll; -1 between two.
int worker_of(const Peer& peer) { return epoll_of(other_end_of(peer)); }

/// Exactly one close for each open, about the same tunnels.
void expect_one_close_for_each_open(const AuditTrail& audit, std::size_t tunnels) {
  const auto ids = [&](std::string_view action) {
    std::multiset<std::string> all;
    for (const auto& event : audit.with_action(action)) all.insert(text_of(event, field::tunnel));
    return all;
  };
  const auto opened = ids("open");
  EXPECT_EQ(opened.size(), tunnels);
  EXPECT_EQ(std::set<std::string>(opened.begin(), opened.end()).size(), tunnels);
  EXPECT_EQ(ids("close"), opened);
  EXPECT_EQ(audit.count("torn"), 0U);
}

class ReHoming : public testing::Test {
 protected:
  /// Of three tunnels two are on the same of two workers; those two become bulk.
  void SetUp() override {
    std::vector<OpenTunnel> three;
    for (int i = 0; i < 3; ++i) {
      three.push_back(open_tunnel(lab_, upstream_));
      ASSERT_TRUE(three.back().whole());
    }
    const auto by_worker = [](const auto& left, const auto& right) {
      return worker_of(left.client) < worker_of(right.client);
    };
    std::sort(three.begin(), three.end(), by_worker);
    first_ = std::move(three[1]);
    second_ = std::move(worker_of(three[0].client) == worker_of(first_.client) ? three[0] : three[2]);
    ASSERT_EQ(worker_of(first_.client), worker_of(second_.client));
    ASSERT_GE(worker_of(first_.client), 0);
  }

  [[nodiscard]] bool are_apart() {
    const int first = worker_of(first_.client);
    const int second = worker_of(second_.client);
    return first >= 0 && second >= 0 && first != second;
  }

  Upstream upstream_;
  Lab lab_{{.dials = {{std::string(origin_target), upstream_.port()}}, .gate = "workers = 2\n"}};
  OpenTunnel first_;
  OpenTunnel second_;
};

TEST_F(ReHoming, PartsTwoBulkTunnelsOfOneWorker) {
  const auto home = worker_of(first_.client);
  BulkStream first(first_);
  BulkStream second(second_);
  ASSERT_TRUE(wait_until([&] { return are_apart(); }));
  EXPECT_TRUE(worker_of(first_.client) == home || worker_of(second_.client) == home) << "one of them is enough";
  for (const auto* tunnel : {&first_, &second_}) EXPECT_EQ(worker_of(tunnel->client), worker_of(tunnel->upstream));
  const auto before = std::pair(first.received(), second.received());
  EXPECT_TRUE(wait_until([&] {
    return first.received() > before.first + 1'000'000 && second.received() > before.second + 1'000'000;
  })) << "both go on";
  for (auto* stream : {&first, &second}) stream->end();
  EXPECT_TRUE(first.arrived_unchanged()) << first.sent() << " and " << first.received();
  EXPECT_TRUE(second.arrived_unchanged()) << second.sent() << " and " << second.received();
  for (auto* tunnel : {&first_, &second_}) tunnel->upstream.close();
  ASSERT_TRUE(lab_.finish());
  expect_one_close_for_each_open(lab_.audit(), 3);
  std::multiset<std::string> expected{std::to_string(good_hello_for(origin_host).size())};
  for (const auto* stream : {&first, &second})
    expected.insert(std::to_string(good_hello_for(origin_host).size() + stream->sent()));
  std::multiset<std::string> logged;
  for (const auto& event : lab_.audit().with_action("close")) logged.insert(text_of(event, field::bytes_from_client));
  EXPECT_EQ(logged, expected);
}

TEST_F(ReHoming, LeavesNobodyOutWhenTheirRuleIsRevoked) {
  BulkStream first(first_);
  BulkStream second(second_);
  ASSERT_TRUE(wait_until([&] { return are_apart(); }));
  ASSERT_TRUE(lab_.gate().reload(lab_.config_with_rules(std::string(other_rule))).has_value());
  for (auto* stream : {&first, &second}) stream->end();
  ASSERT_TRUE(lab_.finish());
  expect_one_close_for_each_open(lab_.audit(), 3);
  std::size_t revoked = 0;
  for (const auto& event : lab_.audit().with_action("close")) revoked += reason_of(event) == "policy_revoked" ? 1U : 0U;
  EXPECT_EQ(revoked, 2U);
}

TEST_F(ReHoming, KeepsTheLastBytesAndTheEndThatComeMeanwhile) {
  BulkStream second(second_);
  {
    BulkStream first(first_);
    ASSERT_TRUE(wait_until([&] { return worker_of(first_.client) != worker_of(second_.client); }));
    first.end();
    EXPECT_TRUE(first.arrived_unchanged()) << first.sent() << " and " << first.received();
  }
  second.end();
  EXPECT_TRUE(second.arrived_unchanged());
}

/// Keeps every tunnel busy while the clock runs fast, so that the workers always have a reason to look for homes.
class Unrest {
 public:
  explicit Unrest(std::vector<OpenTunnel>& tunnels) : thread_([this, &tunnels] { run(tunnels); }) {}
  ~Unrest() {
    go_on_ = false;
    thread_.join();
  }
  Unrest(const Unrest&) = delete;
  Unrest& operator=(const Unrest&) = delete;

 private:
  void run(std::vector<OpenTunnel>& tunnels) {
    const std::string piece(std::size_t{256} * 1024, 'x');
    while (go_on_) {
      test::move_clock(std::chrono::milliseconds(20));
      for (auto& tunnel : tunnels) {
        static_cast<void>(::send(tunnel.client.fd(), piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
        static_cast<void>(tunnel.upstream.read_what_is_there());
      }
    }
  }
  std::atomic<bool> go_on_{true};
  std::thread thread_;
};

std::vector<int> homes_of(const std::vector<OpenTunnel>& tunnels) {
  std::vector<int> homes;
  for (const auto& tunnel : tunnels) homes.push_back(worker_of(tunnel.client));
  return homes;
}

/// By tries: the clock is no measure here.
bool has_changed(const std::vector<OpenTunnel>& tunnels, const std::vector<int>& homes) {
  for (int tries = 0; tries < 300; ++tries)
    if (homes_of(tunnels) != homes) return true;
  return false;
}

TEST(StopMeanwhile, NeverLosesAClose) {
  constexpr int rounds = 60;
  constexpr std::size_t count = 6;
  std::mt19937 random(5);
  Upstream upstream;
  int moves_seen = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    Lab lab({.dials = {{std::string(origin_target), upstream.port()}}, .gate = "workers = 3\n"});
    std::vector<OpenTunnel> tunnels;
    while (tunnels.size() < count) tunnels.push_back(open_tunnel(lab, upstream));
    const auto homes = homes_of(tunnels);
    {
      const Unrest unrest(tunnels);
      // Half of the rounds stop right at the first move, the others somewhere.
      if (round % 2 == 0) moves_seen += has_changed(tunnels, homes) ? 1 : 0;
      for (auto turns = random() % 500; turns > 0; --turns) std::this_thread::yield();
      lab.gate().stop(std::chrono::milliseconds(0));
    }
    ASSERT_TRUE(lab.finish());
    expect_one_close_for_each_open(lab.audit(), count);
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(moves_seen, 5) << "of " << rounds / 2 << " rounds that were watched";
}

}  // namespace
}  // namespace shirgate::wire
