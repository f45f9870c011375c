// A client or an upstream whose process is killed while its tunnel is open.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audit/fields.hpp"
#include "child.hpp"
#include "server_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

/// Opens a tunnel to origin_target through the gate on the port it is told, then waits to be killed.
void hold_a_tunnel(int from_test, int to_test) {
  auto client = Peer::connect_to(read_value(from_test));
  const bool open = client.connected() && ask(client, origin_target).status == 200;
  write_value(to_test, open && client.send(good_hello_for(origin_host)) ? 1 : 0);
  write_value(to_test, client.receive(server_hello().size()) == server_hello() ? 1 : 0);
  ::pause();
}

/// Takes one connection, says its port first and then that it has it, then waits to be killed.
void hold_an_upstream(int, int to_test) {
  Upstream upstream;
  write_value(to_test, upstream.port());
  auto peer = upstream.accept();
  write_value(to_test, peer.send(server_hello()) ? 1 : 0);
  ::pause();
}

TEST(Killed, AClientWithNothingUnreadEndsLikeOneThatCloses) {
  Child child(hold_a_tunnel);
  Upstream upstream;
  Lab lab(upstream.port());
  child.tell(lab.port());
  ASSERT_EQ(child.hear(), 1);
  auto peer = upstream.accept();
  const auto hello = good_hello_for(origin_host);
  ASSERT_EQ(peer.receive(hello.size()), hello);
  peer.send(server_hello());
  ASSERT_EQ(child.hear(), 1);
  child.kill();
  EXPECT_EQ(to_string(peer.read_to_end().ending), "finished");
  peer.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "client_closed");
}

TEST(Killed, AClientWithBytesUnreadEndsInAReset) {
  Child child(hold_a_tunnel);
  Upstream upstream;
  Lab lab(upstream.port());
  child.tell(lab.port());
  ASSERT_EQ(child.hear(), 1);
  auto peer = upstream.accept();
  const auto hello = good_hello_for(origin_host);
  ASSERT_EQ(peer.receive(hello.size()), hello);
  peer.send(server_hello());
  ASSERT_EQ(child.hear(), 1);
  // More than the gate keeps to itself, so that some of it is at the child.
  const std::string chunk(std::size_t{64} * 1024, 'x');
  ASSERT_GT(peer.send_until_stuck(chunk, std::chrono::milliseconds(200)), chunk.size());
  child.kill();
  EXPECT_EQ(to_string(peer.read_to_end().ending), "reset");
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "client_reset");
}

TEST(Killed, AnUpstreamWithBytesUnreadEndsInAReset) {
  Child child(hold_an_upstream);
  Lab lab(child.hear());
  auto client = lab.client();
  ASSERT_EQ(ask(client, origin_target).status, 200);
  ASSERT_EQ(child.hear(), 1);
  client.send(good_hello_for(origin_host));
  ASSERT_TRUE(lab.audit().shows("checked"));
  child.kill();
  EXPECT_EQ(to_string(client.read_to_end().ending), "reset");
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "upstream_reset");
}

TEST(Killed, AnUpstreamThatDiesBeforeTheHelloTakesTheTunnelAlong) {
  Child child(hold_an_upstream);
  Lab lab(child.hear());
  auto client = lab.client();
  ASSERT_EQ(ask(client, origin_target).status, 200);
  ASSERT_EQ(child.hear(), 1);
  child.kill();
  client.send(good_hello_for(origin_host));
  EXPECT_NE(to_string(client.read_to_end().ending), "open");
  client.close();
  ASSERT_TRUE(lab.finish());
  const auto reason = reason_of(lab.audit().only("close"));
  EXPECT_TRUE(reason == "upstream_closed" || reason == "upstream_reset") << reason;
}

}  // namespace
}  // namespace shirgate::wire
