#include "cli/firewall_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "factories.hpp"

namespace shirgate::test {
namespace {

const FirewallModel::Exit* exit_to(const FirewallModel& model, std::string_view host, std::uint16_t port) {
  const auto found = std::find_if(model.exits.begin(), model.exits.end(), [&](const FirewallModel::Exit& exit) {
    return firewall_host(exit) == host && exit.port == port;
  });
  return found == model.exits.end() ? nullptr : &*found;
}

bool notes(const FirewallModel& model, std::string_view part) {
  return std::any_of(model.notes.begin(), model.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

TEST(FirewallModel, HasEveryRuleThatHasNotExpiredExactlyOnce) {
  const Firewall firewall;
  std::vector<const Rule*> seen;
  for (const auto& exit : firewall.model.exits) seen.insert(seen.end(), exit.rules.begin(), exit.rules.end());
  std::vector<const Rule*> expected;
  for (const auto& rule : firewall.config.policy->rules())
    if (!has_expired(rule, now)) expected.push_back(&rule);
  std::sort(seen.begin(), seen.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(expected.size() + 1, firewall.config.policy->rules().size());
  EXPECT_TRUE(notes(firewall.model, "valid until 2026-11-01 and is left out"));
  EXPECT_TRUE(notes(firewall.model, "valid until 2027-01-31; after that day make this again"));
}

TEST(FirewallModel, MergesWhatTwoRuntimesShareAndTagsByChannel) {
  const Firewall firewall;
  const auto* update = exit_to(firewall.model, "download.microsoft.com", 443);
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->rules.size(), 2U);
  EXPECT_EQ(update->service_tag, "");
  EXPECT_EQ(exit_to(firewall.model, "contosostage.blob.core.windows.net", 443)->service_tag, "Storage");
  EXPECT_EQ(exit_to(firewall.model, "contososql.database.windows.net", 1433)->service_tag, "Sql");
  // What a person wrote under a channel's name is no row of the catalogue, and no tag is known to cover it.
  EXPECT_EQ(exit_to(firewall.model, "erp.contoso.example", 443)->service_tag, "");
}

TEST(FirewallModel, KeepsWhatNeverGoesThroughTheGateApart) {
  const Firewall firewall;
  std::set<std::string> ports;
  for (const auto& direct : firewall.model.direct) {
    EXPECT_FALSE(direct.why.empty()) << direct.host;
    ports.insert(adf::to_string(direct.row->ports));
  }
  // Redirected SQL, and the revocation lists that Windows fetches over plain HTTP.
  EXPECT_EQ(ports, (std::set<std::string>{"11000-11999", "80"}));
  const auto has_nodes = [](const FirewallModel& model) {
    return std::any_of(model.neighbours.begin(), model.neighbours.end(),
                       [](const FirewallModel::Neighbour& one) { return one.ports == "8060"; });
  };
  EXPECT_TRUE(has_nodes(firewall.model));
  const auto alone = loaded(replaced(factories_text(), "ha = true\n", ""));
  EXPECT_FALSE(has_nodes(*firewall_model(alone, {}, now)));
}

TEST(FirewallModel, AsksForTheGateWhereListenDoesNotSayIt) {
  for (const auto* listen : {R"(["0.0.0.0:3128", "[::]:3128"])", R"(["[::]:3128"])"}) {
    const auto config = loaded(factories_text(listen));
    const auto model = firewall_model(config, {}, now);
    ASSERT_TRUE(model.has_error()) << listen;
    EXPECT_NE(model.error().text().find("--gate ADDRESS"), std::string::npos);
    const std::vector<Address> given{*parse_address("10.20.0.10"), *parse_address("fd00:20::a")};
    const auto said = firewall_model(config, given, now);
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said->gate,
              (std::vector<Endpoint>{*parse_endpoint("10.20.0.10:3128"), *parse_endpoint("[fd00:20::a]:3128")}));
    const std::vector<Address> loopback{*parse_address("127.0.0.1")};
    EXPECT_TRUE(firewall_model(config, loopback, now).has_error());
  }
  const auto any_port = loaded(factories_text(R"(["10.20.0.10:0", "[::]:0"])"));
  EXPECT_TRUE(firewall_model(any_port, {}, now).has_error());
}

TEST(FirewallModel, RefusesAPlaceholderForTheGate) {
  const auto config = loaded(factories_text(R"(["192.0.2.1:3128", "[fd00:20::a]:3128"])"));
  const auto model = firewall_model(config, {}, now);
  ASSERT_TRUE(model.has_error());
  EXPECT_NE(model.error().text().find("placeholder"), std::string::npos) << model.error().text();
  const std::array gate{*parse_address("10.20.0.10")};
  EXPECT_TRUE(firewall_model(config, gate, now).has_value());
}

TEST(FirewallModel, LeavesOutALoopbackListenerBesideOthersOnly) {
  const auto beside = loaded(factories_text(R"(["127.0.0.1:3128", "10.20.0.10:3128", "[fd00:20::a]:3128"])"));
  EXPECT_EQ(firewall_model(beside, {}, now)->gate.size(), 2U);
  auto text = factories_text(R"(["127.0.0.1:3128"])");
  text = replaced(text, R"(["10.20.0.21", "10.20.0.24/30", "fd00:20::/64"])", R"(["127.0.0.2"])");
  text = replaced(text, R"(["10.20.1.0/24"])", R"(["127.0.1.0/24"])");
  text = replaced(text, R"(["10.20.9.0/24"])", R"(["127.0.9.0/24"])");
  const auto alone = loaded(text);
  EXPECT_TRUE(firewall_model(alone, {}, now).has_error());
  const std::vector<Address> given{*parse_address("10.20.0.10")};
  EXPECT_TRUE(firewall_model(alone, given, now).has_value());
}

TEST(FirewallModel, KnowsNotWhomAResolverOnTheGateAsks) {
  const Firewall firewall;
  EXPECT_EQ(firewall.model.name_servers, std::vector<Endpoint>{*parse_endpoint("10.20.0.53:53")});
  EXPECT_TRUE(firewall.model.asks_unknown_name_servers);
  EXPECT_TRUE(notes(firewall.model, "Name server 127.0.0.53:53 is on the gate's own machine"));
  const auto config = loaded(replaced(factories_text(), R"(, "127.0.0.53:53")", ""));
  EXPECT_FALSE(firewall_model(config, {}, now)->asks_unknown_name_servers);
}

TEST(FirewallModel, SaysThatNameServersAndReportModeAreNotInIt) {
  const auto text = replaced(replaced(factories_text(), R"(["10.20.0.53:53", "127.0.0.53:53"])", "[]"),
                             R"({ relay = "report" })", R"("report")");
  const auto config = loaded(text);
  const auto model = firewall_model(config, {}, now);
  ASSERT_TRUE(model.has_value());
  EXPECT_TRUE(notes(*model, "[dns] servers is empty"));
  EXPECT_TRUE(notes(*model, "Runtime prod reports everything until 2026-12-01"));
}

}  // namespace
}  // namespace shirgate::test
