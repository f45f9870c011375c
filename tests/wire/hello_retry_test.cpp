// From the judged hello to the server's answer: who is read when, and what a second hello may do.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"
#include "tunnel_ends.hpp"

namespace shirgate::wire {
namespace {

class HelloRetry : public testing::Test {
 protected:
  HelloRetry() { EXPECT_EQ(ask(client_, origin_target).status, 200); }

  /// The hello, and in the same write whatever else the client has to say; the server gets the hello alone.
  void begin(const std::string& more = "") {
    client_.send(hello_ + more);
    server_ = upstream_.accept();
    ASSERT_TRUE(server_.connected());
    ASSERT_EQ(server_.receive(hello_.size()), hello_);
  }

  void answer(const std::string& bytes) {
    server_.send(bytes);
    ASSERT_EQ(client_.receive(bytes.size()), bytes);
  }

  /// Nothing more reached the server, and the one close says why.
  void expect_cut(std::string_view reason, std::string_view alert) {
    EXPECT_EQ(client_.read_to_end().bytes, alert);
    client_.close();
    expect_cut_in_first_flight(lab_, server_, reason, hello_.size());
  }

  /// The server hears what the client had to say, and the tunnel goes both ways.
  void expect_relayed(const std::string& from_client) {
    EXPECT_EQ(server_.receive(from_client.size()), from_client);
    client_.send("up");
    EXPECT_EQ(server_.receive(2), "up");
    server_.send("down");
    EXPECT_EQ(client_.receive(4), "down");
    client_.half_close();
    EXPECT_EQ(server_.read_to_end().bytes, "");
    server_.close();
    EXPECT_EQ(client_.read_to_end().bytes, "");
    client_.close();
    ASSERT_TRUE(lab_.finish());
    const auto close = lab_.audit().only("close");
    EXPECT_EQ(reason_of(close), "client_closed");
    EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(hello_.size() + from_client.size() + 2));
  }

  [[nodiscard]] std::string checked(std::string_view key) const { return text_of(lab_.audit().only("checked"), key); }

  Upstream upstream_;
  Lab lab_{
      LabSetup{.dials = {{std::string(origin_target), upstream_.port()}}, .gate = "workers = 1\nhello_timeout = 1\n"}};
  Peer client_{lab_.client()};
  Peer server_;
  const std::string hello_ = good_hello_for(origin_host);
};

constexpr std::string_view unrecognized_name("\x15\x03\x03\x00\x02\x02\x70", 7);
constexpr std::string_view access_denied("\x15\x03\x03\x00\x02\x02\x31", 7);

TEST_F(HelloRetry, AServerHelloMakesTheFirstHelloTheLastWordInTheClear) {
  begin();
  answer(server_hello());
  expect_relayed("");
  EXPECT_EQ(checked(field::server_version), "TLS1.3");
  EXPECT_EQ(checked(field::hello_retry), "");
  EXPECT_EQ(checked(field::ja4).size(), 36U);
}

// ECH-009
TEST_F(HelloRetry, ASecondHelloWithTheSameNamePasses) {
  begin();
  answer(hello_retry_request());
  const auto second = change_cipher_spec + hello_;
  client_.send(second);
  expect_relayed(second);
  EXPECT_EQ(checked(field::hello_retry), "true");
  EXPECT_EQ(checked(field::server_version), "TLS1.3");
  EXPECT_EQ(checked(field::sni), origin_host);
}

TEST_F(HelloRetry, ASecondHelloThatComesByteByByteIsJudgedAsAWhole) {
  begin();
  answer(hello_retry_request());
  for (const char byte : hello_) client_.send({&byte, 1});
  expect_relayed(hello_);
}

TEST_F(HelloRetry, ASecondHelloWithAnotherNameNeverGoesUp) {
  begin();
  answer(hello_retry_request());
  client_.send(good_hello_for("attacker.example"));
  expect_cut("sni_mismatch", unrecognized_name);
}

/// The good hello with other extensions.
std::string hello_with(const test::Octets& extensions) {
  test::HelloParts parts;
  parts.extensions = extensions;
  return text(test::record(test::message(parts.body())));
}

const auto name_and_versions = test::operator+(test::sni(origin_host), test::supported_versions({3, 4, 3, 3}));

// ECH-010, which has one reason for all three; here each has the reason the first hello would have had, or its own.
TEST_F(HelloRetry, ASecondHelloThatAddsEchNeverGoesUp) {
  begin();
  answer(hello_retry_request());
  client_.send(hello_with(test::operator+(name_and_versions, test::extension(0xfe0d, {0, 1, 2, 3}))));
  expect_cut("ech_refused", access_denied);
}

TEST_F(HelloRetry, ASecondHelloThatAddsEarlyDataNeverGoesUp) {
  begin();
  answer(hello_retry_request());
  client_.send(hello_with(test::operator+(name_and_versions, test::extension(42, {}))));
  expect_cut("hello_malformed", access_denied);
}

TEST_F(HelloRetry, ASecondHelloThatDropsTheNameNeverGoesUp) {
  begin();
  answer(hello_retry_request());
  client_.send(good_hello_for(""));
  expect_cut("sni_absent", unrecognized_name);
}

TEST_F(HelloRetry, BothHellosInOneWriteAreJudgedOneByOne) {
  begin(good_hello_for("attacker.example"));
  answer(hello_retry_request());
  expect_cut("sni_mismatch", unrecognized_name);
}

TEST_F(HelloRetry, WhatFollowsTheHelloWaitsForTheServer) {
  const std::string early{"\x17\x03\x03\x00\x05-0rtt", 10};
  begin(early);
  EXPECT_EQ(server_.read_what_is_there().bytes, "");
  answer(server_hello());
  expect_relayed(early);
}

TEST_F(HelloRetry, EarlyDataThatWasNotOfferedIsNoSecondHello) {
  begin(std::string{"\x17\x03\x03\x00\x05-0rtt", 10});
  answer(hello_retry_request());
  expect_cut("hello_malformed", access_denied);
}

TEST_F(HelloRetry, AnAnswerInSingleBytesIsUnderstood) {
  begin();
  for (const char byte : hello_retry_request()) {
    server_.send({&byte, 1});
    ASSERT_EQ(client_.receive(1), (std::string{&byte, 1}));
  }
  client_.send(good_hello_for("attacker.example"));
  expect_cut("sni_mismatch", unrecognized_name);
}

TEST_F(HelloRetry, AnAlertGoesToTheClientAndEndsNothing) {
  begin();
  answer(std::string{"\x15\x03\x03\x00\x02\x02\x28", 7});
  expect_relayed("");
}

TEST_F(HelloRetry, AServerThatSpeaksNoTlsIsItsClientsBusiness) {
  begin();
  answer("SSH-2.0-x\r\n");
  expect_relayed("");
}

TEST_F(HelloRetry, AServerThatHangsUpIsPassedOn) {
  begin();
  server_.half_close();
  EXPECT_EQ(client_.read_to_end().bytes, "");
  client_.close();
  server_.close();
  ASSERT_TRUE(lab_.finish());
  EXPECT_EQ(reason_of(lab_.audit().only("close")), "upstream_closed");
}

TEST_F(HelloRetry, AServerThatBeginsWithAHelloOfItsOwnIsNotUnderstood) {
  begin();
  answer(hello_);
  expect_cut("server_hello_malformed", "");
}

TEST_F(HelloRetry, AServerThatStaysSilentEndsTheTunnel) {
  begin();
  expect_cut("server_hello_timeout", "");
}

TEST_F(HelloRetry, ASecondHelloThatStaysAwayEndsTheTunnel) {
  begin();
  answer(hello_retry_request());
  client_.send(hello_.substr(0, 20));
  expect_cut("hello_timeout", "");
}

}  // namespace
}  // namespace shirgate::wire
