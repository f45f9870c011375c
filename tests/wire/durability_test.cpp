// `[audit] durability = "fsync"`: nobody hears 200 before the opening is on disk.
#include <gtest/gtest.h>

#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

LabSetup durable(std::uint16_t port) {
  return {.dials = {{std::string(origin_target), port}}, .audit = "durability = \"fsync\"\n"};
}

TEST(Durability, AnOpeningIsInTheFileWhenTheClientHears200) {
  Upstream upstream;
  Lab lab(durable(upstream.port()));
  for (std::size_t tunnels = 1; tunnels <= 20; ++tunnels) {
    auto client = lab.client();
    ASSERT_EQ(ask(client, origin_target).status, 200);
    EXPECT_EQ(lab.audit().with_action("open").size(), tunnels) << "without waiting for it";
  }
}

TEST(Durability, ManyWaitForOneDiskTogether) {
  Upstream upstream;
  Lab lab(durable(upstream.port()));
  std::vector<Peer> clients;
  for (int i = 0; i < 60; ++i) clients.push_back(lab.client());
  for (auto& client : clients) client.send(connect_request(origin_target));
  for (auto& client : clients) EXPECT_EQ(parse_answer(client.receive_until("\r\n\r\n")).status, 200);
  clients.clear();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(lab.audit().with_action("open").size(), 60U);
  EXPECT_EQ(lab.audit().with_action("close").size(), 60U);
}

}  // namespace
}  // namespace shirgate::wire
