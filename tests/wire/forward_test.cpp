// [[forward]]: SQL clients that know no proxy. The opening is judged before anybody is asked or dialled.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"
#include "sql_bytes.hpp"
#include "tunnel_ends.hpp"

namespace shirgate::wire {
namespace {

constexpr std::string_view sql_host = "sql.lab.example";
constexpr std::string_view sql_target = "sql.lab.example:1433";
constexpr std::string_view sql_rule =
    "[[allow]]\nruntime = \"contoso\"\nchannel = \"sql\"\nhosts = [\"sql.lab.example\"]\nports = [1433]\n";
constexpr std::string_view to_one_server =
    "[[forward]]\nlisten = \"127.0.0.1:0\"\ntarget = \"sql.lab.example:1433\"\nruntime = \"contoso\"\n";
constexpr std::string_view by_sni = "[[forward]]\nlisten = \"127.0.0.1:0\"\nsql_by_sni = true\nruntime = \"contoso\"\n";

class Forward : public testing::Test {
 protected:
  void start(std::string_view door, const std::string& rules = std::string(sql_rule)) {
    lab_ = std::make_unique<Lab>(LabSetup{.rules = rules,
                                          .doors = std::string(door),
                                          .dns = "[dns.hosts]\n\"sql.lab.example\" = [\"20.60.0.20\"]\n",
                                          .dials = {{std::string(sql_target), upstream_.port()}},
                                          .gate = "workers = 1\nhello_timeout = 1\n"});
    client_ = Peer::connect_to(lab_->door_port());
    ASSERT_TRUE(client_.connected());
  }

  /// The rebuilt PRELOGIN arrives, and the server answers it.
  void serve_prelogin(std::uint8_t client_encryption, std::uint8_t server_encryption) {
    server_ = upstream_.accept();
    ASSERT_TRUE(server_.connected());
    const auto expected = rebuild(*parse_prelogin(test::good_prelogin(client_encryption)));
    EXPECT_EQ(server_.receive(expected.size()), std::string(expected.begin(), expected.end()));
    server_.send(answer(server_encryption));
  }

  void expect_relayed(const std::string& hello) {
    expect_relayed_to_the_end(client_, server_, hello);
    ASSERT_TRUE(lab_->finish());
    const auto open = lab_->audit().only("open");
    EXPECT_EQ(text_of(open, field::host), sql_host);
    EXPECT_EQ(text_of(open, field::ingress), "forward");
    EXPECT_EQ(reason_of(lab_->audit().only("close")), "client_closed");
  }

  /// Refused before anybody was dialled: the client hears `heard` and the end, and the log has one `denied`.
  void expect_denied(std::string_view reason, std::string_view heard, std::string_view stage) {
    EXPECT_EQ(client_.read_to_end().bytes, heard);
    client_.close();
    ASSERT_TRUE(lab_->finish());
    EXPECT_EQ(upstream_.accepted(), 0U);
    EXPECT_FALSE(upstream_.accept_waiting().connected());
    ASSERT_EQ(lab_->audit().terminal().size(), 1U);
    const auto denied = lab_->audit().only("denied");
    EXPECT_EQ(reason_of(denied), reason);
    EXPECT_EQ(text_of(denied, field::stage), stage);
    EXPECT_EQ(text_of(denied, field::ingress), "forward");
  }

  Upstream upstream_;
  std::unique_ptr<Lab> lab_;
  Peer client_;
  Peer server_;
};

constexpr std::string_view access_denied("\x15\x03\x03\x00\x02\x02\x31", 7);
constexpr std::string_view unrecognized_name("\x15\x03\x03\x00\x02\x02\x70", 7);

TEST_F(Forward, TheRealServerAnswersThePrelogin) {
  start(to_one_server);
  client_.send(prelogin(on));
  serve_prelogin(on, required);
  EXPECT_EQ(client_.receive(answer(required).size()), answer(required));
  const auto hello = wrapped_hello(sql_host);
  client_.send(hello);
  expect_relayed(hello);
}

TEST_F(Forward, AClientThatBeginsWithTlsIsReadAsTls) {
  start(to_one_server);
  const auto hello = good_hello_for(sql_host);
  client_.send(hello);
  server_ = upstream_.accept();
  expect_relayed(hello);
}

TEST_F(Forward, WhatIsNoPreloginReachesNobody) {
  start(to_one_server);
  client_.send("GET / HTTP/1.1\r\n\r\n");
  expect_denied("tds_malformed", "", "first_flight");
}

TEST_F(Forward, ANameThatIsNotTheTargetsReachesNobody) {
  start(to_one_server);
  client_.send(good_hello_for("other.lab.example"));
  expect_denied("sni_mismatch", unrecognized_name, "first_flight");
}

TEST_F(Forward, ASilentClientIsCutAtTheDeadline) {
  start(to_one_server);
  expect_denied("hello_timeout", "", "first_flight");
}

TEST_F(Forward, ALoginInTheClearIsCut) {
  start(to_one_server);
  client_.send(prelogin(on));
  serve_prelogin(on, required);
  client_.send(text(test::tds_packet(test::octets("user and password"), {.type = 0x10})));
  EXPECT_EQ(client_.read_to_end().bytes, answer(required));
  client_.close();
  EXPECT_EQ(server_.read_to_end().bytes, "");
  server_.close();
  ASSERT_TRUE(lab_->finish());
  EXPECT_EQ(reason_of(lab_->audit().only("close")), "tds_login_unencrypted");
}

TEST_F(Forward, AHelloWithoutANamePassesWhereTheRuleSaysSo) {
  start(to_one_server, std::string(sql_rule) + "tds_sni = \"optional\"\n");
  client_.send(prelogin(on));
  serve_prelogin(on, required);
  EXPECT_EQ(client_.receive(answer(required).size()), answer(required));
  const auto hello = wrapped_hello("");
  client_.send(hello);
  expect_relayed(hello);
}

TEST_F(Forward, AHelloWithoutANameIsCutElsewhere) {
  start(to_one_server);
  client_.send(prelogin(on));
  serve_prelogin(on, required);
  EXPECT_EQ(client_.receive(answer(required).size()), answer(required));
  client_.send(wrapped_hello(""));
  EXPECT_EQ(client_.read_to_end().bytes, "");
  client_.close();
  EXPECT_EQ(server_.read_to_end().bytes, "");
  server_.close();
  ASSERT_TRUE(lab_->finish());
  EXPECT_EQ(reason_of(lab_->audit().only("close")), "sni_absent");
}

TEST_F(Forward, TheGateAnswersWhereOnlyTlsCanSayWhichServer) {
  start(by_sni);
  client_.send(prelogin(off));
  const auto own = answer_to(*parse_prelogin(test::good_prelogin(off)));
  ASSERT_EQ(client_.receive(own.size()), std::string(own.begin(), own.end()));
  EXPECT_EQ(*parse_prelogin_answer(std::span(own).subspan(tds_header_bytes)), TdsEncryption::required);
  const auto hello = wrapped_hello(sql_host);
  client_.send(hello);
  serve_prelogin(off, required);
  expect_relayed(hello);
}

TEST_F(Forward, AnUnlistedNameInTlsReachesNobody) {
  start(by_sni);
  client_.send(good_hello_for("attacker.example"));
  expect_denied("host_not_listed", access_denied, "policy");
}

TEST_F(Forward, AServerThatWouldNotEncryptHearsNoHello) {
  start(by_sni);
  client_.send(prelogin(off));
  const auto own = answer_to(*parse_prelogin(test::good_prelogin(off)));
  ASSERT_EQ(client_.receive(own.size()).size(), own.size());
  client_.send(wrapped_hello(sql_host));
  serve_prelogin(off, off);
  EXPECT_EQ(client_.read_to_end().bytes, "");
  client_.close();
  EXPECT_EQ(server_.read_to_end().bytes, "");
  server_.close();
  ASSERT_TRUE(lab_->finish());
  EXPECT_EQ(reason_of(lab_->audit().only("close")), "tds_not_encrypted");
}

TEST_F(Forward, AClientThatAsksForATokenNeedsItsServer) {
  start(by_sni);
  auto options = test::good_prelogin(on);
  auto offer = *parse_prelogin(options);
  offer.fed_auth_required = true;
  const auto packet = rebuild(offer);
  client_.send({reinterpret_cast<const char*>(packet.data()), packet.size()});
  expect_denied("sql_target_required", "", "first_flight");
}

TEST(ForwardForOneRuntime, RefusesTheClientsOfAnother) {
  Upstream upstream;
  Lab lab(LabSetup{.rules = std::string(sql_rule) +
                            "[[runtime]]\nname = \"other\"\nclients = [\"127.0.0.2/32\"]\n"
                            "factory = \"other\"\nregion = \"westeurope\"\ninteractive_authoring = \"off\"\n",
                   .doors = std::string(to_one_server),
                   .dials = {{std::string(sql_target), upstream.port()}}});
  auto client = Peer::connect_to(lab.door_port(), "127.0.0.2");
  client.send(prelogin(on));
  EXPECT_EQ(client.read_to_end().bytes, "");
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("denied")), "client_not_listed");
  EXPECT_EQ(upstream.accepted(), 0U);
}

/// Without a rule of the firewall behind it nobody knows where the client was going; a gate that guessed would be an
/// open relay.
TEST(Transparent, RefusesWhoWasNotCaught) {
  Upstream upstream;
  Lab lab(LabSetup{.doors = "[[transparent]]\nlisten = \"127.0.0.1:0\"\n",
                   .dials = {{std::string(origin_target), upstream.port()}}});
  auto client = Peer::connect_to(lab.door_port());
  client.send(good_hello_for(origin_host));
  EXPECT_NE(client.read_to_end().ending, Ending::open);
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("denied")), "not_intercepted");
  EXPECT_EQ(upstream.accepted(), 0U);
}

}  // namespace
}  // namespace shirgate::wire
