// Report mode over the wire: what it lifts is recorded with the reason it would have had, and nothing else passes.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/fields.hpp"
#include "server_bytes.hpp"
#include "tests/first_flight/hello_builder.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

using test::operator+;

constexpr std::string_view unlisted_host = "unlisted.lab.example";
constexpr std::string_view unlisted_target = "unlisted.lab.example:443";

std::string reporting(std::string_view mode) {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) + std::chrono::days(20);
  return fmt::format("interactive_authoring = \"off\"\nmode = {}\nreport_until = {:%Y-%m-%d}\n", mode,
                     fmt::gmtime(std::chrono::system_clock::to_time_t(day)));
}

LabSetup setup_for(std::uint16_t port, std::string_view mode, std::string_view address = "20.60.0.30") {
  return {.dns = fmt::format("[dns.hosts]\n\"origin.lab.example\" = [\"20.60.0.10\"]\n\"{}\" = [\"{}\"]\n",
                             unlisted_host, address),
          .dials = {{std::string(origin_target), port},
                    {std::string(unlisted_target), port},
                    {"unlisted.lab.example:8443", port}},
          .runtime = reporting(mode)};
}

std::string hello_without_name() {
  test::HelloParts parts;
  parts.extensions = test::supported_versions({3, 4, 3, 3});
  const auto bytes = test::record(test::message(parts.body()));
  return {bytes.begin(), bytes.end()};
}

std::string hello_of_old_client(std::string_view host) {
  test::HelloParts parts;
  parts.legacy_version = {3, 1};
  parts.extensions = test::sni(host);
  const auto bytes = test::record(test::message(parts.body()));
  return {bytes.begin(), bytes.end()};
}

class ReportMode : public testing::Test {
 protected:
  void expect_passes(Lab& lab, std::string_view target, const std::string& hello) {
    auto client = lab.client();
    ASSERT_EQ(ask(client, target).status, 200);
    client.send(hello);
    auto server = upstream_.accept();
    ASSERT_TRUE(server.connected());
    EXPECT_EQ(server.receive(hello.size()), hello);
    server.send(server_hello());
    EXPECT_EQ(client.receive(server_hello().size()), server_hello());
    client.close();
    server.close();
    ASSERT_TRUE(lab.finish());
  }

  void expect_cut(Lab& lab, std::string_view target, const std::string& hello, std::string_view reason) {
    auto client = lab.client();
    ASSERT_EQ(ask(client, target).status, 200);
    client.send(hello);
    EXPECT_NE(to_string(client.read_to_end().ending), "open");
    client.close();
    EXPECT_EQ(upstream_.accept().read_to_end().bytes, "");
    ASSERT_TRUE(lab.finish());
    EXPECT_EQ(reason_of(lab.audit().only("close")), reason);
  }

  Upstream upstream_;
};

TEST_F(ReportMode, LetsAnUnlistedHostOutAndSaysWhatWouldHaveHappened) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  expect_passes(lab, unlisted_target, good_hello_for(unlisted_host));
  for (const auto* action : {"open", "checked", "close"}) {
    const auto event = lab.audit().only(action);
    EXPECT_EQ(text_of(event, field::mode), "report") << action;
    EXPECT_EQ(text_of(event, field::would_deny), "host_not_listed") << action;
    EXPECT_EQ(text_of(event, field::rule), "") << action;
  }
  EXPECT_NE(text_of(lab.audit().only("start"), field::note).find("contoso reports instead of refusing until"),
            std::string::npos);
  EXPECT_EQ(lab.audit().count("denied"), 0U);
}

TEST_F(ReportMode, LetsAWrongNameOutOnAListedHost) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  expect_passes(lab, origin_target, good_hello_for("front.lab.example"));
  EXPECT_EQ(text_of(lab.audit().only("open"), field::would_deny), "");
  const auto checked = lab.audit().only("checked");
  EXPECT_EQ(text_of(checked, field::would_deny), "sni_mismatch");
  EXPECT_EQ(text_of(checked, field::sni), "front.lab.example");
  EXPECT_EQ(text_of(lab.audit().only("close"), field::would_deny), "sni_mismatch");
}

TEST_F(ReportMode, LetsAMissingNameOut) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  expect_passes(lab, origin_target, hello_without_name());
  EXPECT_EQ(text_of(lab.audit().only("checked"), field::would_deny), "sni_absent");
}

TEST_F(ReportMode, OfAnotherChannelLiftsNothingHere) {
  Lab lab(setup_for(upstream_.port(), "{ control = \"report\" }"));
  expect_cut(lab, origin_target, good_hello_for("front.lab.example"), "sni_mismatch");
}

TEST_F(ReportMode, OfOneChannelLiftsThere) {
  Lab lab(setup_for(upstream_.port(), "{ origin = \"report\" }"));
  expect_passes(lab, origin_target, good_hello_for("front.lab.example"));
  EXPECT_EQ(text_of(lab.audit().only("checked"), field::would_deny), "sni_mismatch");
}

TEST_F(ReportMode, OfOneChannelListsNobodyElse) {
  Lab lab(setup_for(upstream_.port(), "{ origin = \"report\" }"));
  auto client = lab.client();
  EXPECT_EQ(ask_to_end(client, unlisted_target).reason, "host_not_listed");
}

TEST_F(ReportMode, LiftsNoOtherPort) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  auto client = lab.client();
  EXPECT_EQ(ask_to_end(client, "unlisted.lab.example:8443").reason, "host_not_listed");
}

TEST_F(ReportMode, LiftsNoPrivateAddress) {
  Lab lab(setup_for(upstream_.port(), "\"report\"", "10.1.2.3"));
  auto client = lab.client();
  EXPECT_EQ(ask_to_end(client, unlisted_target).reason, "address_not_expected");
  client.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(text_of(lab.audit().only("denied"), field::resolved), "10.1.2.3");
}

TEST_F(ReportMode, LiftsNoAddressOfTheFloor) {
  Lab lab(setup_for(upstream_.port(), "\"report\"", "169.254.169.254"));
  auto client = lab.client();
  EXPECT_EQ(ask_to_end(client, unlisted_target).reason, "address_prohibited");
}

TEST_F(ReportMode, LiftsNothingThatIsNotTls) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  expect_cut(lab, unlisted_target, "SSH-2.0-OpenSSH_9.2\r\n", "not_tls");
}

TEST_F(ReportMode, LiftsNoOldVersionBehindAWrongName) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  expect_cut(lab, origin_target, hello_of_old_client("front.lab.example"), "tls_version_refused");
}

TEST_F(ReportMode, TakesItsTunnelsWithItWhenItEnds) {
  Lab lab(setup_for(upstream_.port(), "\"report\""));
  auto listed = open_tunnel(lab, upstream_);
  auto lifted = open_tunnel(lab, upstream_, unlisted_host);
  auto fronted = lab.client();
  const auto hello = good_hello_for("front.lab.example");
  ASSERT_EQ(ask(fronted, origin_target).status, 200);
  fronted.send(hello);
  auto front = upstream_.accept();
  ASSERT_EQ(front.receive(hello.size()), hello);
  front.send(server_hello());
  ASSERT_EQ(fronted.receive(server_hello().size()), server_hello());
  ASSERT_TRUE(listed.whole() && lifted.whole());

  auto enforcing = lab.config_with_runtime("interactive_authoring = \"off\"\n");
  ASSERT_TRUE(lab.gate().reload(std::move(enforcing)).has_value());
  EXPECT_EQ(to_string(lifted.client.read_to_end().ending), "reset");
  EXPECT_EQ(to_string(fronted.read_to_end().ending), "reset");
  ASSERT_TRUE(lab.audit().shows("close", 2));
  for (const auto& close : lab.audit().with_action("close")) EXPECT_EQ(reason_of(close), "policy_revoked");
  listed.client.send("still here");
  EXPECT_EQ(listed.upstream.receive(10), "still here");
}

}  // namespace
}  // namespace shirgate::wire
