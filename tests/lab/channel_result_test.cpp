#include "lab/channel_result.hpp"

#include <gtest/gtest.h>

#include "config/load_catalogue.hpp"
#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

Visit refused() { return {.local_port = 1, .status = 403, .trouble = "the gate refused"}; }
Visit fine() { return {.local_port = 1, .status = 200}; }

std::vector<AuditLine> denied(std::string_view reason) {
  return {line(R"({"event.action":"denied","shirgate.reason":")" + std::string(reason) + R"("})")};
}

Told told(std::string channel, Visit visit, std::vector<AuditLine> trail = {}) {
  return {{std::move(channel), "an errand", "a.example", 443, std::move(visit)}, std::move(trail)};
}

Scenario scenario_of(std::vector<std::string> uses) {
  Scenario scenario;
  scenario.config.catalogue = builtin_catalogue();
  for (const auto& channel : uses) scenario.expect[channel] = {};
  scenario.node.uses = std::move(uses);
  return scenario;
}

std::string message(std::string_view channel, std::optional<Reason> reason, const Visit& visit) {
  const auto* found = message_for(*builtin_catalogue(), channel, reason, visit);
  return found == nullptr ? "" : found->message.substr(0, 40);
}

TEST(ChannelResults, AreDegradedWhereSomethingWorks) {
  const auto results = channel_results(
      scenario_of({"control", "relay", "staged", "update"}),
      {told("control", fine()), told("control", fine()), told("relay", fine()),
       told("relay", refused(), denied("relay_gateway_not_listed")), told("staged", refused(), denied("dns_timeout"))});
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0].found, Expected{});
  EXPECT_TRUE(results[0].held());
  EXPECT_EQ(results[1].found, (Expected{Outcome::degraded, {Reason::relay_gateway_not_listed}}));
  EXPECT_FALSE(results[1].held());
  EXPECT_EQ(results[1].trouble, "an errand: the gate refused");
  EXPECT_EQ(results[2].found, (Expected{Outcome::blocked, {Reason::dns_timeout}}));
  EXPECT_EQ(results[3].found.outcome, Outcome::unused);
}

TEST(ChannelResults, DoNotBlameTheGateForWhatOthersEnd) {
  EXPECT_EQ(reason_of_gate(denied("client_closed")), std::nullopt);
  EXPECT_EQ(reason_of_gate({}), std::nullopt);
  EXPECT_EQ(reason_of_gate(denied("policy_revoked")), Reason::policy_revoked);
}

TEST(StatusOf, IsWhatThePortalWouldShow) {
  const auto status = [](Outcome control, Outcome relay, Outcome staged) {
    std::vector<ChannelResult> channels{{.channel = "control", .expected = {}, .found = {control, {}}},
                                        {.channel = "relay", .expected = {}, .found = {relay, {}}},
                                        {.channel = "staged", .expected = {}, .found = {staged, {}}}};
    return std::string(status_of(channels));
  };
  using enum Outcome;
  EXPECT_EQ(status(works, works, works), "Online");
  EXPECT_EQ(status(works, works, blocked), "Online");
  EXPECT_EQ(status(works, degraded, works), "Limited");
  EXPECT_EQ(status(degraded, works, works), "Limited");
  EXPECT_EQ(status(blocked, works, works), "Offline");
  EXPECT_EQ(status(blocked, blocked, works), "Offline");
}

TEST(MessageFor, IsTheDocumentedOneForChannelAndReason) {
  EXPECT_EQ(message("control", Reason::host_not_listed, refused()), "Failed to register this Integration Runt");
  EXPECT_EQ(message("control", Reason::address_not_expected, refused()), "The Authentication key is invalid or emp");
  EXPECT_EQ(message("relay", Reason::host_not_listed, refused()), "Status Running (Limited) / Limited");
  EXPECT_EQ(message("relay", Reason::relay_gateway_not_listed, refused()), "Status Running (Limited) / Limited");
}

TEST(MessageFor, IsElseTheOneForHowItFeels) {
  auto untrusted = fine();
  untrusted.untrusted = true;
  EXPECT_EQ(message("control", std::nullopt, untrusted), "The underlying connection was closed: Co");
  EXPECT_EQ(message("staged", Reason::sni_mismatch, fine()), "The underlying connection was closed: An");
  EXPECT_EQ(message("staged", Reason::host_not_listed, refused()), "Unable to connect to the remote server");
  EXPECT_EQ(message("data-sql", std::nullopt, fine()), "Cannot connect to SQL Server: '<address>");
}

}  // namespace
}  // namespace shirgate::lab
