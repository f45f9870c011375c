// Who is asking, what kind of client it is, and what its channels may resolve to.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "audit/fields.hpp"
#include "server_bytes.hpp"
#include "tests/first_flight/hello_builder.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

using test::operator+;

std::string hello_with_ech(std::string_view host) {
  test::HelloParts parts;
  parts.extensions =
      test::sni(host) + test::supported_versions({3, 4, 3, 3}) + test::extension(0xfe0d, test::Octets(64, 0x5a));
  const auto bytes = test::record(test::message(parts.body()));
  return {bytes.begin(), bytes.end()};
}

constexpr std::string_view people =
    "[[runtime]]\nname = \"people\"\nclients = [\"127.0.0.2/32\"]\nkind = \"browser\"\n";
constexpr std::string_view portal_target = "adf.azure.com:443";

/// A runtime for SHIR at 127.0.0.1, one for browsers at 127.0.0.2.
LabSetup two_kinds(std::uint16_t port) {
  return {.rules = std::string(people) + std::string(origin_rule),
          .dns = "[dns.hosts]\n\"origin.lab.example\" = [\"20.60.0.10\"]\n\"adf.azure.com\" = [\"20.60.0.40\"]\n",
          .dials = {{std::string(origin_target), port}, {std::string(portal_target), port}}};
}

TEST(Runtimes, ABrowserMayGreaseEchAndItIsRecorded) {
  Upstream upstream;
  Lab lab(two_kinds(upstream.port()));
  auto client = lab.client("127.0.0.2");
  ASSERT_EQ(ask(client, portal_target).status, 200);
  const auto hello = hello_with_ech("adf.azure.com");
  client.send(hello);
  auto server = upstream.accept();
  EXPECT_EQ(server.receive(hello.size()), hello);
  server.send(server_hello());
  EXPECT_EQ(client.receive(server_hello().size()), server_hello());
  client.close();
  server.close();
  ASSERT_TRUE(lab.finish());
  const auto checked = lab.audit().only("checked");
  EXPECT_EQ(text_of(checked, field::ech), "true");
  EXPECT_EQ(text_of(checked, field::runtime), "people");
  EXPECT_EQ(text_of(checked, field::channel), "portal");
}

TEST(Runtimes, AnIntegrationRuntimeMayNot) {
  Upstream upstream;
  Lab lab(two_kinds(upstream.port()));
  auto client = lab.client();
  ASSERT_EQ(ask(client, origin_target).status, 200);
  client.send(hello_with_ech(origin_host));
  EXPECT_NE(to_string(client.read_to_end().ending), "open");
  client.close();
  EXPECT_EQ(upstream.accept().read_to_end().bytes, "");
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(reason_of(lab.audit().only("close")), "ech_refused");
}

TEST(Runtimes, EachClientReachesItsOwnRulesOnly) {
  Upstream upstream;
  Lab lab(two_kinds(upstream.port()));
  auto browser = lab.client("127.0.0.2");
  EXPECT_EQ(ask_to_end(browser, origin_target).reason, "host_not_listed");
  auto shir = lab.client();
  EXPECT_EQ(ask_to_end(shir, portal_target).reason, "host_not_listed");
}

TEST(PrivateLink, APublicAnswerForControlIsRefusedWithTheZoneAndTheMisleadingError) {
  Upstream upstream;
  Lab lab({.dns = "[dns.hosts]\n\"contoso.westeurope.datafactory.azure.net\" = [\"20.50.1.1\"]\n",
           .runtime = "interactive_authoring = \"off\"\nprivate_link = { control = [\"10.30.0.4/32\"] }\n"});
  auto client = lab.client();
  const auto answer = ask_to_end(client, "contoso.westeurope.datafactory.azure.net:443");
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.reason, "address_not_expected");
  EXPECT_NE(answer.body.find("privatelink.datafactory.azure.net"), std::string::npos) << answer.body;
  EXPECT_NE(answer.body.find("The Authentication key is invalid or empty."), std::string::npos) << answer.body;
  client.close();
  ASSERT_TRUE(lab.finish());
  const auto denied = lab.audit().only("denied");
  EXPECT_EQ(text_of(denied, field::resolved), "20.50.1.1");
  EXPECT_EQ(text_of(denied, field::channel), "control");
}

TEST(PrivateLink, TheAdviceIsWholeJsonToo) {
  Upstream upstream;
  Lab lab({.dns = "[dns.hosts]\n\"contoso.westeurope.datafactory.azure.net\" = [\"20.50.1.1\", \"10.30.0.4\"]\n",
           .runtime = "interactive_authoring = \"off\"\nprivate_link = { control = [\"10.30.0.4/32\"] }\n"});
  auto client = lab.client();
  client.send(connect_request("contoso.westeurope.datafactory.azure.net:443", "Accept: application/json\r\n"));
  const auto answer = parse_answer(client.read_to_end().bytes);
  const auto body = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(text_of(body, "reason"), "address_not_expected");
  EXPECT_NE(text_of(body, "advice").find("\"The Authentication key"), std::string::npos) << answer.body;
}

TEST(Relay, GatewaysBehindAPinnedRelayAreRefusedByName) {
  Upstream upstream;
  Lab lab({.runtime = "relay_hosts = [\"contoso-ir.servicebus.windows.net\"]\n"});
  auto client = lab.client();
  const auto answer = ask_to_end(client, "g12-prod-am2-001-sb.servicebus.windows.net:443");
  EXPECT_EQ(answer.reason, "relay_gateway_not_listed");
  EXPECT_NE(answer.body.find("relay_gateways = true"), std::string::npos);
}

TEST(Wildcards, FlagTheFirstUseOfAHostAndNoOther) {
  Upstream upstream;
  Lab lab({.rules = "[[allow]]\nruntime = \"contoso\"\nchannel = \"w\"\nhosts = [\"*.w.lab.example\"]\nports = [443]\n",
           .dns = "[dns.hosts]\n\"a.w.lab.example\" = [\"20.60.0.10\"]\n\"b.w.lab.example\" = [\"20.60.0.10\"]\n",
           .dials = {{"a.w.lab.example:443", upstream.port()}, {"b.w.lab.example:443", upstream.port()}}});
  for (const auto* host : {"a.w.lab.example", "a.w.lab.example", "b.w.lab.example"})
    ASSERT_TRUE(open_tunnel(lab, upstream, host).whole()) << host;
  ASSERT_TRUE(lab.finish());
  std::vector<std::string> flags;
  for (const auto& open : lab.audit().with_action("open")) flags.push_back(text_of(open, field::first_use));
  EXPECT_EQ(flags, (std::vector<std::string>{"true", "", "true"}));
}

TEST(Wildcards, AnExactHostIsNeverFlagged) {
  Upstream upstream;
  Lab lab(upstream.port());
  ASSERT_TRUE(open_tunnel(lab, upstream).whole());
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(text_of(lab.audit().only("open"), field::first_use), "");
}

}  // namespace
}  // namespace shirgate::wire
