// What a good configuration becomes.
#include <gtest/gtest.h>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

Config loaded(const std::string& text) {
  auto config = load(text, "t.toml");
  EXPECT_TRUE(config.has_value()) << (config.has_error() ? all_of(config.error()) : "");
  return config.has_value() ? *std::move(config) : Config{};
}

const Rule* rule_of(const Config& config, std::string_view channel) {
  for (const auto& rule : config.policy->rules())
    if (rule.channel.text() == channel) return &rule;
  return nullptr;
}

TEST(PolicyFromText, CarriesEverythingARuleByHandSays) {
  const auto config = loaded(with_rest(R"([[allow]]
runtime = "prod"
channel = "erp"
hosts = ["*.ERP.contoso.example"]
ports = [8443]
ticket = "CHG-1234"
expires = 2027-01-31
addresses = ["10.40.0.0/24", "fd00:1::/64"]
)"));
  const auto* rule = rule_of(config, "erp");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->name.text(), "prod/erp/*.erp.contoso.example:8443");
  EXPECT_EQ(rule->runtime.text(), "prod");
  EXPECT_EQ(rule->pattern.text(), "*.erp.contoso.example");
  EXPECT_EQ(rule->port, 8443);
  EXPECT_EQ(rule->protocol, Protocol::tls);
  EXPECT_EQ(rule->ticket, "CHG-1234");
  EXPECT_EQ(rule->expires, std::chrono::sys_days(std::chrono::year(2027) / 1 / 31));
  EXPECT_EQ(rule->addresses, (std::vector{*parse_range("10.40.0.0/24"), *parse_range("fd00:1::/64")}));
  EXPECT_EQ(rule->provenance.origin, "[[allow]] line 12");
  EXPECT_FALSE(rule->may_be_quiet);
}

TEST(PolicyFromText, MakesOneRuleForEachHostAndPort) {
  const auto config = loaded(with_rest(
      "[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nhosts = [\"a.example\", \"b.example\"]\nports = [443, 8443]\n"));
  EXPECT_EQ(config.policy->rules().size(), 5U) << "four, and the factory's own";
}

TEST(PolicyFromText, AcceptsASharedSuffixByTicketAndKeepsIt) {
  const auto by_hand = loaded(
      with_rest("[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nhosts = [\"*.blob.core.windows.net\"]\nports = [443]\n"
                "multi_tenant_ack = \"CHG-7\"\n"));
  EXPECT_EQ(rule_of(by_hand, "x")->ticket, "CHG-7");

  const auto derived = loaded(Text{.runtime = with(with(good_runtime, "interactive_authoring", R"("relay")"),
                                                   "multi_tenant_ack", R"({ relay = "CHG-8" })")}
                                  .text());
  EXPECT_EQ(rule_of(derived, "relay")->ticket, "CHG-8");
}

TEST(PolicyFromText, NeedsNoTicketForPinnedRelayHosts) {
  const auto config = loaded(Text{.runtime = with(with(good_runtime, "interactive_authoring", R"("relay")"),
                                                  "relay_hosts", R"(["g0.servicebus.windows.net"])")}
                                 .text());
  EXPECT_EQ(rule_of(config, "relay")->pattern.text(), "g0.servicebus.windows.net");
}

TEST(PolicyFromText, GivesEachPrivateChannelItsOwnRanges) {
  const auto config =
      loaded(Text{.runtime = with(with(good_runtime, "key_vaults", R"(["kv1"])"), "private_link",
                                  R"({ control = ["10.30.0.4/32"], keyvault = ["10.31.0.0/24", "10.32.0.0/24"] })")}
                 .text());
  EXPECT_EQ(rule_of(config, "control")->addresses, std::vector{*parse_range("10.30.0.4")});
  EXPECT_EQ(rule_of(config, "keyvault")->addresses.size(), 2U);
}

TEST(PolicyFromText, TurnsOnAutoUpdateAndRelayUnlessToldNotTo) {
  auto block = good_runtime;
  std::erase_if(block,
                [](const auto& line) { return line.first == "auto_update" || line.first == "interactive_authoring"; });
  const auto config = loaded(Text{.runtime = with(block, "multi_tenant_ack", R"({ relay = "CHG-1" })")}.text());
  EXPECT_NE(rule_of(config, "update"), nullptr);
  EXPECT_NE(rule_of(config, "relay"), nullptr);
}

TEST(PolicyFromText, HasTheSameFingerprintForTheSameRulesInAnotherOrder) {
  const std::string a = "[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nhosts = [\"a.example\"]\nports = [443]\n";
  const std::string b = "[[allow]]\nports = [443]\nhosts = [\"b.example\"]\nchannel = \"x\"\nruntime = \"prod\"\n";
  EXPECT_EQ(loaded(with_rest(a + b)).policy->fingerprint(), loaded(with_rest("\n# x\n" + b + a)).policy->fingerprint());
}

TEST(SettingsFromText, ReadNameServersWithAndWithoutPort) {
  const auto config =
      loaded(with_rest("[dns]\nservers = [\"10.0.0.2\", \"10.0.0.3:5353\", \"fd00::53\", \"[fd00::54]:5353\"]\n"));
  std::string servers;
  for (const auto& server : config.settings.dns_servers) servers += to_string(server) + ' ';
  EXPECT_EQ(servers, "10.0.0.2:53 10.0.0.3:5353 [fd00::53]:53 [fd00::54]:5353 ");
}

TEST(SettingsFromText, ReadFixedAnswersUnderTheirCanonicalName) {
  const auto config = loaded(with_rest("[dns.hosts]\n\"A.Example\" = [\"10.30.0.4\", \"fd00::4\"]\n"));
  ASSERT_TRUE(config.settings.dns_hosts.contains("a.example"));
  EXPECT_EQ(config.settings.dns_hosts.at("a.example").size(), 2U);
}

TEST(SettingsFromText, ReadALab) {
  const auto config = loaded(
      "[gate]\nlisten = [\"127.0.0.1:0\", \"[::1]:0\"]\n[audit]\ndirectory = \"a\"\n[lab]\nenabled = true\n"
      "dial = { \"A.example:443\" = \"127.0.0.1:8443\", \"b.example:443\" = \"[::1]:8443\" }\n");
  EXPECT_TRUE(config.settings.lab_enabled);
  EXPECT_EQ(to_string(config.settings.lab_dial.at("a.example:443")), "127.0.0.1:8443");
  EXPECT_EQ(to_string(config.settings.lab_dial.at("b.example:443")), "[::1]:8443");
}

}  // namespace
}  // namespace shirgate::test
