// SQL through CONNECT, as drivers do that know an HTTP proxy: PRELOGIN, the server's answer, TLS inside TDS packets.
// The upstream here is a pretend SQL server; corpus rows are named where a test is theirs.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"
#include "sql_bytes.hpp"
#include "tunnel_client.hpp"
#include "tunnel_ends.hpp"

namespace shirgate::wire {
namespace {

using test::operator+;

constexpr std::string_view sql_host = "sql.lab.example";
constexpr std::string_view sql_target = "sql.lab.example:1433";
constexpr std::string_view sql_rule =
    "[[allow]]\nruntime = \"contoso\"\nchannel = \"sql\"\nhosts = [\"sql.lab.example\"]\nports = [1433]\n";

class Sql : public testing::Test {
 protected:
  Sql() { EXPECT_EQ(ask(client_, sql_target).status, 200); }

  /// The client's PRELOGIN goes up rebuilt, the server answers: up to where the client would begin TLS.
  void exchange(std::uint8_t client_encryption, std::uint8_t server_encryption) {
    client_.send(prelogin(client_encryption));
    server_ = upstream_.accept();
    ASSERT_TRUE(server_.connected());
    const auto offer = parse_prelogin(test::good_prelogin(client_encryption));
    ASSERT_TRUE(offer.has_value());
    const auto expected = rebuild(*offer);
    prelogin_bytes_ = expected.size();
    EXPECT_EQ(server_.receive(expected.size()), std::string(expected.begin(), expected.end()));
    server_.send(answer(server_encryption));
  }

  void expect_agreement() { EXPECT_EQ(client_.receive(answer(required).size()), answer(required)); }

  /// After the client heard `heard` more and the end: one close with that reason, and nothing more at the server.
  void expect_cut(std::string_view reason, const std::string& heard = "") {
    EXPECT_EQ(client_.read_to_end().bytes, heard);
    client_.close();
    if (!server_.connected()) server_ = upstream_.accept();
    expect_cut_in_first_flight(lab_, server_, reason, prelogin_bytes_);
  }

  Upstream upstream_;
  Lab lab_{LabSetup{.rules = std::string(sql_rule),
                    .dns = "[dns.hosts]\n\"sql.lab.example\" = [\"20.60.0.20\"]\n",
                    .dials = {{std::string(sql_target), upstream_.port()}},
                    .gate = "workers = 1\nhello_timeout = 1\n"}};
  Peer client_{lab_.client()};
  Peer server_;
  std::size_t prelogin_bytes_ = 0;
};

void expect_relayed(Lab& lab, Peer& client, Peer& server, const std::string& hello) {
  expect_relayed_to_the_end(client, server, hello);
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(text_of(lab.audit().only("checked"), field::sni), sql_host);
  EXPECT_EQ(reason_of(lab.audit().only("close")), "client_closed");
}

// POS-015
TEST_F(Sql, ATunnelEncryptedToTheEndIsRelayedWithEveryByteCounted) {
  exchange(on, required);
  expect_agreement();
  const auto hello = wrapped_hello(sql_host);
  client_.send(hello);
  expect_relayed(lab_, client_, server_, hello);
  const auto close = lab_.audit().only("close");
  EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(prelogin_bytes_ + hello.size()));
  EXPECT_EQ(text_of(close, field::bytes_from_upstream),
            std::to_string(answer(required).size() + answer_to_hello(hello).size() + 15));
  EXPECT_EQ(text_of(lab_.audit().only("open"), field::channel), "sql");
}

TEST_F(Sql, AHelloOverSeveralPacketsIsRelayedAsItCame) {
  exchange(on, on);
  EXPECT_EQ(client_.receive(answer(on).size()), answer(on));
  const auto hello = wrapped_hello(sql_host, 40);
  client_.send(hello);
  expect_relayed(lab_, client_, server_, hello);
}

// POS-016
TEST_F(Sql, AClientThatBeginsWithTlsIsReadAsTls) {
  const auto hello = good_hello_for(sql_host);
  client_.send(hello);
  server_ = upstream_.accept();
  expect_relayed(lab_, client_, server_, hello);
}

TEST_F(Sql, AClientThatOffersNoEncryptionPassesWhereTheServerInsists) {
  exchange(off, required);
  expect_agreement();
  const auto hello = wrapped_hello(sql_host);
  client_.send(hello);
  expect_relayed(lab_, client_, server_, hello);
}

TEST_F(Sql, EncryptionOfTheLoginAloneIsCutBeforeTheClientHearsOfIt) {
  exchange(off, off);
  expect_cut("tds_not_encrypted");
}

TEST_F(Sql, AServerWithoutEncryptionIsCut) {
  exchange(on, 2);
  expect_cut("tds_not_encrypted");
}

TEST_F(Sql, AClientThatCanNotEncryptCostsTheServerNothing) {
  client_.send(prelogin(2));
  expect_cut("tds_not_encrypted");
}

TEST_F(Sql, ALoginInTheClearAfterTheAgreementIsCut) {
  exchange(on, required);
  client_.send(text(test::tds_packet(test::octets("user and password"), {.type = 0x10})));
  expect_cut("tds_login_unencrypted", answer(required));
}

TEST_F(Sql, AHelloForAnotherServerIsCutWithoutAnAlertNobodyCouldRead) {
  exchange(on, required);
  client_.send(wrapped_hello("other.lab.example"));
  expect_cut("sni_mismatch", answer(required));
}

TEST_F(Sql, WhatCanNotBeThePreloginIsCutWithNothingSent) {
  client_.send("GET / HTTP/1.1\r\n\r\n");
  expect_cut("tds_malformed");
}

// TDS-029: what a server says of another host is its client's business; the client's next CONNECT is judged like any.
TEST_F(Sql, AWorkerThatTheServerRedirectsToNeedsARuleOfItsOwn) {
  auto redirected = lab_.client();
  const auto answer = ask_to_end(redirected, "worker.database.windows.net:11005");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reason, "host_not_listed");
  redirected.close();
  auto same_host = lab_.client();
  EXPECT_EQ(ask_to_end(same_host, "sql.lab.example:11005").reason, "port_not_listed");
  same_host.close();
  client_.close();
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(lab_.audit().count("denied"), 2U);
  EXPECT_EQ(lab_.audit().count("open"), 1U) << "the fixture's own";
  static_cast<void>(upstream_.accept());
  EXPECT_FALSE(upstream_.accept_waiting().connected());
}

TEST_F(Sql, WhatCanNotFollowThePreloginIsCutWithNothingSent) {
  client_.send(prelogin(on) + prelogin(on));
  expect_cut("not_tls");
}

TEST_F(Sql, BytesBehindTheServersAnswerAreCut) {
  client_.send(prelogin(on));
  server_ = upstream_.accept();
  prelogin_bytes_ = server_.receive(rebuild(*parse_prelogin(test::good_prelogin(on))).size()).size();
  server_.send(answer(required) + "more");
  expect_cut("tds_malformed");
}

TEST_F(Sql, AServerThatNeverAnswersIsCutAtTheDeadline) {
  client_.send(prelogin(on));
  server_ = upstream_.accept();
  prelogin_bytes_ = server_.receive(rebuild(*parse_prelogin(test::good_prelogin(on))).size()).size();
  expect_cut("server_hello_timeout");
}

TEST_F(Sql, AServerThatHangsUpInsteadOfAnsweringEndsIt) {
  client_.send(prelogin(on));
  server_ = upstream_.accept();
  prelogin_bytes_ = server_.receive(rebuild(*parse_prelogin(test::good_prelogin(on))).size()).size();
  server_.half_close();
  expect_cut("upstream_closed");
}

}  // namespace
}  // namespace shirgate::wire
