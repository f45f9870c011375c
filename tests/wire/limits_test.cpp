// Overload refuses new work and keeps old work; equal refusals do not flood the log.
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "patience.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

LabSetup limited(std::uint16_t port, std::string_view limits) {
  return {.dials = {{std::string(origin_target), port}}, .gate = "workers = 1\n" + std::string(limits)};
}

/// Opens connections that say nothing until the gate counts this many.
std::vector<Peer> fill(Lab& lab, std::size_t count) {
  std::vector<Peer> peers;
  while (peers.size() < count) peers.push_back(lab.client());
  EXPECT_TRUE(wait_until([&] { return lab.gate().connections() == static_cast<std::int64_t>(count); }));
  return peers;
}

TEST(Limits, OneConnectionTooManyIsToldToComeBack) {
  Upstream upstream;
  Lab lab(limited(upstream.port(), "max_connections = 3\n"));
  auto tunnel = open_tunnel(lab, upstream);
  ASSERT_TRUE(tunnel.whole());
  std::vector<Peer> quiet;
  for (int i = 0; i < 2; ++i) quiet.push_back(lab.client());
  ASSERT_TRUE(wait_until([&] { return lab.gate().connections() == 3; }));
  auto extra = lab.client();
  const auto answer = ask_to_end(extra, origin_target);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.reason, "total_limit");
  EXPECT_TRUE(answer.has_header("Retry-After: "));
  tunnel.client.send("old work goes on");
  EXPECT_EQ(tunnel.upstream.receive(16), "old work goes on");
  quiet.clear();
  ASSERT_TRUE(wait_until([&] { return lab.gate().connections() == 1; }));
  EXPECT_TRUE(open_tunnel(lab, upstream).whole());
}

TEST(Limits, OneClientsLimitDoesNotTouchAnother) {
  Upstream upstream;
  Lab lab(limited(upstream.port(), "max_connections_per_client = 2\n"));
  const auto quiet = fill(lab, 2);
  auto extra = lab.client();
  const auto answer = ask_to_end(extra, origin_target);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.reason, "client_limit");
  EXPECT_TRUE(answer.has_header("Retry-After: "));
  auto other = lab.client("127.0.0.3");
  EXPECT_EQ(ask_to_end(other, origin_target).reason, "client_not_listed") << "a stranger, but not over a limit";
  extra.close();
  other.close();
  ASSERT_TRUE(lab.audit().shows("denied", 2));
  EXPECT_EQ(reason_of(lab.audit().with_action("denied").front()), "client_limit");
}

TEST(Limits, ARefusalDoesNotTakeAPlace) {
  Upstream upstream;
  Lab lab(limited(upstream.port(), "max_connections = 1\n"));
  const auto quiet = fill(lab, 1);
  for (int i = 0; i < 30; ++i) {
    auto extra = lab.client();
    ASSERT_EQ(ask_to_end(extra, origin_target).status, 503);
  }
  EXPECT_EQ(lab.gate().connections(), 1);
}

TEST(Limits, FiftyEqualRefusalsAreTwentyLinesWithOneForTheRest) {
  Upstream upstream;
  Lab lab(upstream.port());
  for (int i = 0; i < 50; ++i) {
    auto client = lab.client();
    ASSERT_EQ(ask_to_end(client, "evil.example.net:443").status, 403);
  }
  ASSERT_TRUE(lab.finish());
  const auto denied = lab.audit().with_action("denied");
  ASSERT_EQ(denied.size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(text_of(denied[i], field::count), "");
  EXPECT_EQ(text_of(denied.back(), field::count), "30");
  EXPECT_EQ(text_of(denied.back(), field::host), "evil.example.net");
  EXPECT_EQ(reason_of(denied.back()), "host_not_listed");
}

}  // namespace
}  // namespace shirgate::wire
