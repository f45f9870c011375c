// Thousands of connections that are dropped at every stage a connection can be in, by FIN and by RST: afterwards the
// process has as many descriptors as before, the gate counts nobody, and it serves the next client.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "echo_server.hpp"
#include "own_sockets.hpp"
#include "patience.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

constexpr int dropped_per_case = 2500;  // twice per stage: once by FIN, once by RST
constexpr int at_once = 100;

enum class Stage { before_a_byte, mid_head, refusal_unread, before_the_hello, mid_hello, relaying };

struct Drop {
  const char* name;
  Stage stage;
  bool by_reset;
};

void PrintTo(const Drop& drop, std::ostream* out) { *out << drop.name; }

class DroppedConnections : public testing::TestWithParam<Drop> {
 protected:
  /// What the stage's connection says first, without waiting for anybody.
  [[nodiscard]] static std::string first_words() {
    switch (GetParam().stage) {
      case Stage::before_a_byte: return {};
      case Stage::mid_head: return "CONNECT origin.lab.example:443 HTTP/1.1\r\nHost: ori";
      case Stage::refusal_unread: return connect_request("evil.example.net:443");
      default: return connect_request(origin_target);
    }
  }

  /// Brings a connection that has said its first words to its stage.
  static bool go_on(Peer& client) {
    const auto hello = good_hello_for(origin_host);
    const auto stage = GetParam().stage;
    if (stage < Stage::before_the_hello) return true;
    if (parse_answer(client.receive_until("\r\n\r\n")).status != 200) return false;
    if (stage == Stage::before_the_hello) return true;
    if (stage == Stage::mid_hello) return client.send(hello.substr(0, 50));
    return client.send(hello) && client.receive(server_hello().size() + hello.size()) == server_hello() + hello;
  }

  void open_and_drop_a_batch() {
    std::vector<Peer> clients;
    for (int i = 0; i < at_once; ++i) {
      clients.push_back(lab_.client());
      ASSERT_TRUE(clients.back().connected());
      ASSERT_TRUE(clients.back().send(first_words()));
    }
    for (auto& client : clients) ASSERT_TRUE(go_on(client));
    for (auto& client : clients) GetParam().by_reset ? client.reset() : client.close();
  }

  void expect_service() {
    auto client = lab_.client();
    ASSERT_EQ(ask(client, origin_target).status, 200);
    const auto hello = good_hello_for(origin_host);
    client.send(hello);
    EXPECT_EQ(client.receive(server_hello().size() + hello.size()), server_hello() + hello);
  }

  [[nodiscard]] bool is_quiet() { return lab_.gate().connections() == 0 && upstream_.open() == 0; }

  EchoServer upstream_;
  Lab lab_{LabSetup{.dials = {{std::string(origin_target), upstream_.port()}},
                    .gate = "workers = 2\nmax_connections = 500\n"}};
};

TEST_P(DroppedConnections, LeaveNothingBehind) {
  expect_service();
  ASSERT_TRUE(wait_until([&] { return is_quiet(); }));
  const auto before = open_descriptors();
  for (int dropped = 0; dropped < dropped_per_case; dropped += at_once) {
    open_and_drop_a_batch();
    ASSERT_FALSE(HasFatalFailure()) << "after " << dropped;
    ASSERT_TRUE(wait_until([&] { return lab_.gate().connections() < 300; }));
  }
  EXPECT_TRUE(wait_until([&] { return is_quiet(); })) << lab_.gate().connections() << " left";
  EXPECT_TRUE(wait_until([&] { return open_descriptors() <= before; })) << open_descriptors() << " of " << before;
  expect_service();
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(lab_.audit().count("open"), lab_.audit().count("close"));
}

constexpr std::array drops{
    Drop{"BeforeAByteByFin", Stage::before_a_byte, false},
    Drop{"BeforeAByteByRst", Stage::before_a_byte, true},
    Drop{"MidHeadByFin", Stage::mid_head, false},
    Drop{"MidHeadByRst", Stage::mid_head, true},
    Drop{"RefusalUnreadByFin", Stage::refusal_unread, false},
    Drop{"RefusalUnreadByRst", Stage::refusal_unread, true},
    Drop{"BeforeTheHelloByFin", Stage::before_the_hello, false},
    Drop{"BeforeTheHelloByRst", Stage::before_the_hello, true},
    Drop{"MidHelloByFin", Stage::mid_hello, false},
    Drop{"MidHelloByRst", Stage::mid_hello, true},
    Drop{"RelayingByFin", Stage::relaying, false},
    Drop{"RelayingByRst", Stage::relaying, true},
};

INSTANTIATE_TEST_SUITE_P(AtEveryStage, DroppedConnections, testing::ValuesIn(drops),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace shirgate::wire
