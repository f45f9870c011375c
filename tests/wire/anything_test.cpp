// `tls = "any"`: what is no TLS passes unread, whoever begins; what begins like TLS must still name the host.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

class Anything : public testing::Test {
 protected:
  void expect_relayed(Peer& server, const std::string& opening, const std::string& banner = "") {
    EXPECT_EQ(server.receive(opening.size()), opening);
    server.send("down");
    EXPECT_EQ(client_.receive(4), "down");
    client_.half_close();
    EXPECT_EQ(server.read_to_end().bytes, "");
    server.close();
    EXPECT_EQ(client_.read_to_end().bytes, "");
    client_.close();
    ASSERT_TRUE(lab_.finish());
    const auto close = lab_.audit().only("close");
    EXPECT_EQ(reason_of(close), "client_closed");
    EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(opening.size()));
    EXPECT_EQ(text_of(close, field::bytes_from_upstream), std::to_string(banner.size() + 4));
  }

  Upstream upstream_;
  Lab lab_{LabSetup{.rules = std::string(origin_rule) + "tls = \"any\"\nticket = \"CHG-1\"\nexpires = 2099-01-31\n",
                    .dials = {{std::string(origin_target), upstream_.port()}},
                    .gate = "workers = 1\nhello_timeout = 1\n"}};
  Peer client_{lab_.client()};
};

TEST_F(Anything, AServerMayBegin) {
  ASSERT_EQ(ask(client_, origin_target).status, 200);
  auto server = upstream_.accept();
  const std::string banner = "SSH-2.0-OpenSSH_9.2\r\n";
  server.send(banner);
  EXPECT_EQ(client_.receive(banner.size()), banner);
  const std::string opening = "SSH-2.0-client\r\n";
  client_.send(opening);
  expect_relayed(server, opening, banner);
  EXPECT_EQ(text_of(lab_.audit().only("checked"), field::resembles), "ssh");
}

TEST_F(Anything, AnOpeningInTheSameWriteAsTheConnectPasses) {
  const std::string opening = "EHLO client\r\n";
  client_.send(connect_request(origin_target) + opening);
  ASSERT_EQ(parse_answer(client_.receive_until("\r\n\r\n")).status, 200);
  auto server = upstream_.accept();
  expect_relayed(server, opening);
}

TEST_F(Anything, TlsToTheHostPasses) {
  ASSERT_EQ(ask(client_, origin_target).status, 200);
  const auto hello = good_hello_for(origin_host);
  client_.send(hello);
  auto server = upstream_.accept();
  ASSERT_EQ(server.receive(hello.size()), hello);
  server.send(server_hello());
  EXPECT_EQ(client_.receive(server_hello().size()), server_hello());
  client_.close();
  server.close();
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(text_of(lab_.audit().only("checked"), field::sni), origin_host);
}

TEST_F(Anything, TlsToAnotherHostIsCut) {
  ASSERT_EQ(ask(client_, origin_target).status, 200);
  client_.send(good_hello_for("attacker.example"));
  EXPECT_NE(client_.read_to_end().ending, Ending::open);
  client_.close();
  EXPECT_EQ(upstream_.accept().read_to_end().bytes, "");
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(reason_of(lab_.audit().only("close")), "sni_mismatch");
}

TEST_F(Anything, SilenceOnBothSidesEndsIt) {
  ASSERT_EQ(ask(client_, origin_target).status, 200);
  EXPECT_NE(client_.read_to_end().ending, Ending::open);
  client_.close();
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(reason_of(lab_.audit().only("close")), "hello_timeout");
}

}  // namespace
}  // namespace shirgate::wire
