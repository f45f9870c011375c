// What a client is told, over the wire: refusals in text and JSON, to strangers and acquaintances, and when the world
// fails.
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "audit/fields.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

constexpr std::string_view unlisted = "evil.example.net:443";

TEST(Session, AStrangerHearsReasonWithIdOnly) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto client = lab.client("127.0.0.2");
  const auto answer = ask_to_end(client, origin_target);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reason, "client_not_listed");
  EXPECT_EQ(answer.body.find(origin_host), std::string::npos);
  EXPECT_EQ(answer.body.find("[[runtime]]"), std::string::npos);
  EXPECT_NE(answer.body.find("[request "), std::string::npos);
  client.close();
  ASSERT_TRUE(lab.finish());
  const auto denied = lab.audit().only("denied");
  EXPECT_EQ(reason_of(denied), "client_not_listed");
  EXPECT_EQ(text_of(denied, field::client_ip), "127.0.0.2");
  EXPECT_FALSE(upstream.accept_waiting().connected());
}

TEST(Session, AStrangerWhoNamesAnAddressIsStillAStranger) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto client = lab.client("127.0.0.2");
  EXPECT_EQ(ask_to_end(client, "20.60.0.10:443").reason, "client_not_listed");
}

TEST(Session, TheRequestIdInTheAnswerIsTheOneInTheLog) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto client = lab.client();
  const auto answer = ask_to_end(client, unlisted);
  client.close();
  ASSERT_TRUE(lab.finish());
  const auto id = text_of(lab.audit().only("denied"), field::tunnel);
  EXPECT_EQ(id.size(), 16U);
  EXPECT_NE(answer.body.find("[request " + id + "]"), std::string::npos) << answer.body;
}

TEST(Session, ARefusalIsJsonWhereTheClientAcceptsIt) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto client = lab.client();
  client.send(connect_request(unlisted, "Accept: application/json\r\n"));
  const auto answer = parse_answer(client.read_to_end().bytes);
  EXPECT_TRUE(answer.has_header("Content-Type: application/json"));
  const auto body = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(text_of(body, "reason"), "host_not_listed");
  EXPECT_EQ(text_of(body, "target"), unlisted);
  EXPECT_EQ(text_of(body, "request").size(), 16U);
  EXPECT_FALSE(text_of(body, "advice").empty());
}

TEST(Session, ARefusedConnectSaysSo) {
  Upstream upstream;
  Lab lab(upstream.port());
  upstream.stop_listening();
  auto client = lab.client();
  const auto answer = ask_to_end(client, origin_target);
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.reason, "connect_refused");
  EXPECT_TRUE(answer.has_header("error=connection_refused"));
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("failed")), "connect_refused");
  EXPECT_EQ(lab.audit().terminal().size(), 1U);
}

TEST(Session, AConnectThatNobodyAnswersTimesOut) {
  Upstream full(0);
  std::vector<Peer> queue;
  do {
    queue.push_back(Peer::connect_to(full.port(), "127.0.0.1", std::chrono::milliseconds(200)));
  } while (queue.back().connected());
  Lab lab({.dials = {{std::string(origin_target), full.port()}}, .gate = "workers = 1\nconnect_timeout = 1\n"});
  auto client = lab.client();
  const auto answer = ask_to_end(client, origin_target);
  EXPECT_EQ(answer.status, 504);
  EXPECT_EQ(answer.reason, "connect_timeout");
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("failed")), "connect_timeout");
}

TEST(Session, ARequestThatNeverEndsTimesOut) {
  Upstream upstream;
  Lab lab({.dials = {{std::string(origin_target), upstream.port()}}, .gate = "workers = 1\nrequest_timeout = 1\n"});
  auto client = lab.client();
  client.send("CONNECT origin");
  const auto answer = parse_answer(client.read_to_end().bytes);
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.reason, "request_timeout");
}

TEST(Session, AHelloThatNeverComesEndsTheTunnel) {
  Upstream upstream;
  Lab lab({.dials = {{std::string(origin_target), upstream.port()}}, .gate = "workers = 1\nhello_timeout = 1\n"});
  auto client = lab.client();
  ASSERT_EQ(ask(client, origin_target).status, 200);
  client.send(good_hello_for(origin_host).substr(0, 40));
  const auto heard = client.read_to_end();
  EXPECT_EQ(heard.bytes, "");
  EXPECT_EQ(to_string(heard.ending), "finished");
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "hello_timeout");
  auto peer = upstream.accept();
  EXPECT_EQ(peer.read_to_end().bytes, "");
}

TEST(Session, TheLogSaysLabOnEveryLine) {
  Upstream upstream;
  Lab lab(upstream.port());
  ASSERT_TRUE(open_tunnel(lab, upstream).whole());
  ASSERT_TRUE(lab.finish());
  const auto events = lab.audit().events();
  EXPECT_GE(events.size(), 5U);
  std::uint64_t seq = 0;
  for (const auto& event : events) {
    EXPECT_EQ(text_of(event, field::lab), "true");
    EXPECT_EQ(text_of(event, field::seq), std::to_string(++seq));
  }
}

}  // namespace
}  // namespace shirgate::wire
