// Reload and stop, seen from the tunnels they meet.
#include <gtest/gtest.h>

#include <future>

#include "audit/fields.hpp"
#include "patience.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

constexpr std::string_view other_host = "other.lab.example";
constexpr std::string_view other_rule =
    "[[allow]]\nruntime = \"contoso\"\nchannel = \"other\"\nhosts = [\"other.lab.example\"]\nports = [443]\n";

LabSetup two_hosts(std::uint16_t port) {
  return {.rules = std::string(origin_rule) + std::string(other_rule),
          .dns = "[dns.hosts]\n\"origin.lab.example\" = [\"20.60.0.10\"]\n\"other.lab.example\" = [\"20.60.0.11\"]\n",
          .dials = {{std::string(origin_target), port}, {"other.lab.example:443", port}}};
}

// TUN-021: of the two ways the corpus allows, this gate has the stricter one and no switch for the other.
TEST(Reload, EndsTheTunnelsWhoseRuleIsGone) {
  Upstream upstream;
  Lab lab(two_hosts(upstream.port()));
  auto kept = open_tunnel(lab, upstream);
  auto revoked = open_tunnel(lab, upstream, other_host);
  ASSERT_TRUE(kept.whole() && revoked.whole());
  ASSERT_TRUE(lab.gate().reload(lab.config_with_rules(std::string(origin_rule))).has_value());
  EXPECT_EQ(to_string(revoked.client.read_to_end().ending), "reset");
  EXPECT_EQ(to_string(revoked.upstream.read_to_end().ending), "reset");
  ASSERT_TRUE(lab.audit().shows("close"));
  const auto close = lab.audit().only("close");
  EXPECT_EQ(reason_of(close), "policy_revoked");
  EXPECT_EQ(text_of(close, field::ended_by), "gate");
  EXPECT_EQ(text_of(close, field::host), other_host);
  kept.client.send("still here");
  EXPECT_EQ(kept.upstream.receive(10), "still here");
  auto again = lab.client();
  EXPECT_EQ(ask_to_end(again, "other.lab.example:443").reason, "host_not_listed");
}

TEST(Reload, EndsATunnelWhoseAddressIsNoLongerExpected) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  const auto rules = std::string(origin_rule) + "addresses = [\"10.20.30.0/28\"]\n";
  ASSERT_TRUE(lab.gate().reload(lab.config_with_rules(rules)).has_value());
  EXPECT_EQ(to_string(tunnel.client.read_to_end().ending), "reset");
  EXPECT_TRUE(lab.audit().shows("close"));
  EXPECT_EQ(reason_of(lab.audit().only("close")), "policy_revoked");
}

TEST(Reload, JudgesATunnelThatIsStillWaitingForItsHello) {
  Upstream upstream;
  Lab lab(two_hosts(upstream.port()));
  auto client = lab.client();
  ASSERT_EQ(ask(client, "other.lab.example:443").status, 200);
  ASSERT_TRUE(lab.gate().reload(lab.config_with_rules(std::string(origin_rule))).has_value());
  auto other = lab.client();
  ASSERT_TRUE(wait_until([&] { return lab.audit().count("policy") == 1; }));
  EXPECT_EQ(ask_to_end(other, "other.lab.example:443").reason, "host_not_listed") << "the worker has it";
  client.send(good_hello_for(other_host));
  EXPECT_EQ(client.read_to_end().bytes, "");
  client.close();
  other.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "policy_revoked");
  auto peer = upstream.accept();
  EXPECT_EQ(peer.read_to_end().bytes, "");
}

TEST(Reload, LetsEqualRulesPassUnnoticed) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(lab.gate().reload(lab.config()).has_value());
  tunnel.client.send("still here");
  EXPECT_EQ(tunnel.upstream.receive(10), "still here");
  EXPECT_EQ(lab.audit().count("close"), 0U);
}

TEST(Reload, RefusesAnotherListener) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto config = lab.config();
  config.settings.listen.front().port = 1;
  const auto reloaded = lab.gate().reload(std::move(config));
  ASSERT_TRUE(reloaded.has_error());
  EXPECT_NE(std::string(reloaded.error().text()).find("[gate] listen"), std::string::npos);
  EXPECT_TRUE(open_tunnel(lab, upstream).whole());
  EXPECT_EQ(lab.audit().count("policy"), 0U);
}

// AUD-012
TEST(Reload, ThatWantsAnotherLogTooChangesNeitherLogNorPolicy) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto config = lab.config();
  config.settings.audit_directory += "-elsewhere";
  config.policy = std::make_shared<const Policy>();
  const auto reloaded = lab.gate().reload(std::move(config));
  ASSERT_TRUE(reloaded.has_error());
  EXPECT_NE(std::string(reloaded.error().text()).find("[audit] directory"), std::string::npos);
  EXPECT_TRUE(open_tunnel(lab, upstream).whole());
  EXPECT_TRUE(lab.audit().shows("open"));
  EXPECT_EQ(lab.audit().count("policy"), 0U);
}

TEST(Stop, WaitsForAnOpenTunnel) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  auto stopping = std::async(std::launch::async, [&] { lab.gate().stop(patience); });
  const auto port = lab.port();
  ASSERT_TRUE(wait_until([&] { return !Peer::connect_to(port).connected(); })) << "still listens";
  tunnel.client.send("question");
  EXPECT_EQ(tunnel.upstream.receive(8), "question");
  tunnel.upstream.send("answer");
  EXPECT_EQ(tunnel.client.receive(6), "answer");
  tunnel.client.close();
  EXPECT_EQ(to_string(tunnel.upstream.read_to_end().ending), "finished");
  tunnel.upstream.close();
  EXPECT_EQ(stopping.wait_for(patience / 2), std::future_status::ready);
  stopping.get();
  EXPECT_TRUE(lab.audit().shows("stop"));
  EXPECT_EQ(reason_of(lab.audit().only("close")), "client_closed");
}

TEST(Stop, EndsWhatIsLeftAfterTheDrainTime) {
  Upstream upstream;
  Lab lab(upstream.port());
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  auto half = lab.client();
  half.send("CONNECT ");
  ASSERT_TRUE(wait_until([&] { return lab.gate().connections() == 2; }));
  lab.gate().stop(std::chrono::milliseconds(300));
  EXPECT_EQ(to_string(tunnel.client.read_to_end().ending), "reset");
  EXPECT_EQ(to_string(tunnel.upstream.read_to_end().ending), "reset");
  EXPECT_EQ(parse_answer(half.read_to_end().bytes).reason, "gate_stopped");
  EXPECT_TRUE(lab.audit().shows("stop"));
  EXPECT_EQ(reason_of(lab.audit().only("close")), "gate_stopped");
  EXPECT_EQ(reason_of(lab.audit().only("failed")), "gate_stopped");
  EXPECT_EQ(lab.gate().connections(), 0);
}

}  // namespace
}  // namespace shirgate::wire
