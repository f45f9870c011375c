// What a gate that decrypts nothing can't see, and therefore relays. Here so that the limits are known, and so that a
// stricter gate is a decision and not an accident.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

class BlindSpot : public testing::Test {
 protected:
  void begin(const std::string& server_says) {
    ASSERT_EQ(ask(client_, origin_target).status, 200);
    client_.send(hello_);
    server_ = upstream_.accept();
    ASSERT_EQ(server_.receive(hello_.size()), hello_);
    server_.send(server_says);
    ASSERT_EQ(client_.receive(server_says.size()), server_says);
  }

  void expect_relayed(const std::string& up, const std::string& down) {
    client_.send(up);
    EXPECT_EQ(server_.receive(up.size()), up);
    server_.send(down);
    EXPECT_EQ(client_.receive(down.size()), down);
    client_.half_close();
    EXPECT_EQ(server_.read_to_end().bytes, "");
    server_.close();
    EXPECT_EQ(to_string(client_.read_to_end().ending), "finished");
    client_.close();
    ASSERT_TRUE(lab_.finish());
    const auto& audit = lab_.audit();
    EXPECT_EQ(audit.terminal().size(), 1U);
    EXPECT_EQ(text_of(audit.only("checked"), field::sni), origin_host);
    EXPECT_EQ(reason_of(audit.only("close")), "client_closed");
    EXPECT_EQ(text_of(audit.only("close"), field::bytes_from_client), std::to_string(hello_.size() + up.size()));
  }

  Upstream upstream_;
  Lab lab_{upstream_.port()};
  Peer client_{lab_.client()};
  Peer server_;
  const std::string hello_ = good_hello_for(origin_host);
};

std::string application_data(std::string_view bytes) { return text(test::record(test::octets(bytes), 23)); }

// ECH-012
TEST_F(BlindSpot, TheHostThatIsNamedInsideTls) {
  begin(server_hello());
  // In the clear only here; in life nobody between the two could read it.
  expect_relayed(application_data("GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n"),
                 application_data("HTTP/1.1 200"));
}

// ECH-013: the server is allowed, and what it speaks with its client is theirs.
TEST_F(BlindSpot, AServerThatGoesOnInClearWithItsClient) {
  begin("SSH-2.0-collusion\r\n");
  expect_relayed("SSH-2.0-OpenSSH_9.7\r\n", "key exchange");
}

// TUN-023
TEST_F(BlindSpot, ASecondTlsSessionInOneTunnel) {
  begin(server_hello());
  const std::string close_notify("\x15\x03\x03\x00\x02\x01\x00", 7);
  expect_relayed(close_notify + good_hello_for("attacker.example"), server_hello());
}

}  // namespace
}  // namespace shirgate::wire
