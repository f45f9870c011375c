// A scenario's text to its values, or to its mistakes with line and remedy.
#include "config/scenario.hpp"

#include <gtest/gtest.h>

namespace shirgate::lab {
namespace {

/// A whole scenario; line numbers below count from its first line.
std::string text_with(std::string_view more = "", std::string_view expect = "control = \"works\"\n") {
  std::string text = R"(title = "T"
description = "D"
[[runtime]]
name = "contoso-prod"
factory = "contoso-prod"
region = "westeurope"
interactive_authoring = "off"
auto_update = false
[node]
uses = ["control"]
[expect]
status = "Online"
)";
  return text.append(expect).append(more);
}

TEST(LoadScenario, FillsInWhatDependsOnTheMachine) {
  const auto scenario = load_scenario(text_with(), "folder/mine.toml");
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error().front());
  EXPECT_EQ(scenario->name, "mine");
  EXPECT_TRUE(scenario->config.settings.lab_enabled);
  EXPECT_EQ(scenario->config.settings.listen.size(), 1U);
  EXPECT_TRUE(scenario->config.policy->identify(*parse_address("127.0.0.1")));
  EXPECT_EQ(scenario->reloaded, nullptr);
  EXPECT_EQ(scenario->expect.at("control"), Expected{});
}

TEST(LoadScenario, ReadsWhatOnlyAScenarioHas) {
  const auto scenario = load_scenario(text_with(R"(
[network]
dns = "fails"
re_signed = ["control"]
kib_per_second = 100
delay_ms = 20
loss_percent = 2
disk_full = true
rendezvous = "g1-a-sb.servicebus.windows.net"
[network.answers]
"erp.contoso.example" = ["10.0.0.1", "10.0.0.2"]
[[trick]]
title = "another name"
target = "erp.contoso.example:443"
opens_with = "second-hello"
name = "attacker.example"
resolves = ["169.254.169.254"]
reason = "sni_mismatch"
[report]
refused = ["erp.contoso.example:443 host_not_listed"]
[[reload.runtime]]
name = "contoso-prod"
factory = "contoso-prod"
region = "northeurope"
interactive_authoring = "off"
)",
                                                "control = { outcome = \"blocked\", reasons = [\"dns_failed\"] }\n"),
                                      "mine.toml");
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error().front());
  EXPECT_EQ(scenario->network.dns, DnsState::fails);
  EXPECT_EQ(scenario->network.kib_per_second, 100);
  EXPECT_EQ(scenario->network.delay_ms, 20);
  EXPECT_EQ(scenario->network.loss_percent, 2);
  EXPECT_TRUE(scenario->network.disk_full);
  EXPECT_EQ(scenario->network.answers.at("erp.contoso.example").size(), 2U);
  ASSERT_EQ(scenario->tricks.size(), 1U);
  EXPECT_EQ(scenario->tricks.front().opening, Opening::second_hello);
  EXPECT_EQ(scenario->tricks.front().reason, Reason::sni_mismatch);
  EXPECT_EQ(scenario->refused.size(), 1U);
  ASSERT_NE(scenario->reloaded, nullptr);
  EXPECT_EQ(scenario->expect.at("control"), (Expected{Outcome::blocked, {Reason::dns_failed}}));
}

TEST(LoadScenario, ReadsHowTheNodeEncryptsSql) {
  const auto with = [](std::string_view line) {
    auto text = text_with();
    return load_scenario(text.insert(text.find("uses"), line), "mine.toml");
  };
  EXPECT_EQ(with("")->node.sql_encryption, SqlEncryption::mandatory);
  EXPECT_EQ(with("sql_encryption = \"mandatory\"\n")->node.sql_encryption, SqlEncryption::mandatory);
  EXPECT_EQ(with("sql_encryption = \"strict\"\n")->node.sql_encryption, SqlEncryption::strict);
  const auto wrong = with("sql_encryption = \"off\"\n");
  ASSERT_TRUE(wrong.has_error());
  EXPECT_NE(wrong.error().front().text.find("write one of: mandatory, strict"), std::string::npos)
      << to_string(wrong.error().front());
}

TEST(LoadScenario, GivesReportModeAnEnd) {
  auto text = text_with();
  text.insert(text.find("[node]"), "mode = \"report\"\n");
  const auto scenario = load_scenario(text, "mine.toml");
  ASSERT_TRUE(scenario.has_value()) << to_string(scenario.error().front());
  ASSERT_TRUE(scenario->config.policy->runtimes().front().reporting);
}

struct Wrong {
  std::string_view name;
  std::string_view more;
  std::uint32_t line;
  std::string_view says;
  std::string_view expect = "control = \"works\"\n";
};

class WrongScenario : public testing::TestWithParam<Wrong> {};

TEST_P(WrongScenario, IsToldLineAndRemedy) {
  const auto& wrong = GetParam();
  const auto scenario = load_scenario(text_with(wrong.more, wrong.expect), "mine.toml");
  ASSERT_TRUE(scenario.has_error());
  const auto mistake = scenario.error().front();
  EXPECT_EQ(mistake.line, wrong.line) << to_string(mistake);
  EXPECT_EQ(mistake.file, "mine.toml");
  EXPECT_NE(mistake.text.find(wrong.says), std::string::npos) << to_string(mistake);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongScenario,
    testing::Values(
        Wrong{"UnknownTable", "[netwrok]\n", 14, "did you mean 'network'"},
        Wrong{"UnknownKey", "[network]\nslow = true\n", 15, "has no key 'slow'"},
        Wrong{"Listener", "[gate]\nlisten = [\"127.0.0.1:3128\"]\n", 15, "the lab listens on a free port"},
        Wrong{"LogDirectory", "[audit]\ndirectory = \"/tmp/x\"\n", 15, "a directory of its own; remove it"},
        Wrong{"NameServer", "[dns]\nservers = [\"10.0.0.1\"]\n", 15, "the lab is the name server"},
        Wrong{"StaticAnswers", "[dns.hosts]\n\"a.example\" = [\"10.0.0.1\"]\n", 14, "under [network.answers]"},
        Wrong{"Transparent", "[[transparent]]\nlisten = \"127.0.0.1:8443\"\n", 14, "needs a firewall's rule"},
        Wrong{"WrongDnsState", "[network]\ndns = \"down\"\n", 15, "write one of: answers, silent, fails"},
        Wrong{"TooMuchLoss", "[network]\nloss_percent = 51\n", 15, "loss_percent"},
        Wrong{"UnknownChannel", "[network]\nsilent = [\"relai\"]\n", 15, "no channel the pretend node uses"},
        Wrong{"NoAddress", "[network.answers]\n\"a.example\" = [\"inside\"]\n", 15, "'inside' is not an address"},
        Wrong{"NoHost", "[network.answers]\n\"a_b\" = [\"10.0.0.1\"]\n", 15, "'a_b' is not a host name"},
        Wrong{"TrickWithoutTarget", "[[trick]]\ntitle = \"T\"\nreason = \"allowed\"\n", 14, "needs target"},
        Wrong{"TrickWithoutReason", "[[trick]]\ntitle = \"T\"\ntarget = \"a.example:443\"\n", 14, "needs reason"},
        Wrong{"TrickWithoutName",
              "[[trick]]\ntitle = \"T\"\ntarget = \"a.example:443\"\nopens_with = \"another-name\"\n"
              "reason = \"sni_mismatch\"\n",
              14, "needs name"},
        Wrong{"TrickForNoPort", "[[trick]]\ntitle = \"T\"\ntarget = \"a.example\"\nreason = \"allowed\"\n", 16,
              "write host:port"},
        Wrong{"UnknownReason", "[[trick]]\ntitle = \"T\"\ntarget = \"a.example:443\"\nreason = \"no\"\n", 17,
              "docs/reasons.md lists them"},
        Wrong{"ReportLine", "[report]\nrefused = [\"a.example:443\"]\n", 15, "is not \"host:port reason\""},
        Wrong{"NothingExpected", "", 11, "says nothing of control", ""},
        Wrong{"MoreExpected", "relay = \"works\"\n", 14, "has no key 'relay'"},
        Wrong{"WorksWithReasons", "", 13, "remove reasons",
              "control = { outcome = \"works\", reasons = [\"host_not_listed\"] }\n"},
        Wrong{"UnknownOutcome", "", 13, "write one of: works, degraded, blocked", "control = \"fine\"\n"},
        Wrong{"PolicyMistake",
              "[[allow]]\nruntime = \"contoso-prod\"\nchannel = \"erp\"\nhosts = [\"*\"]\nports = [443]\n", 17, "*"},
        Wrong{"Clients", "[[reload.runtime]]\nname = \"contoso-prod\"\nclients = [\"10.0.0.1\"]\n", 16,
              "the only client"},
        Wrong{"ReloadMistake", "[[reload.runtime]]\nname = \"contoso-prod\"\nfactory = \"contoso-prod\"\n", 14,
              "region"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(LoadScenarioFile, SaysWhatIsWrongWithTheFile) {
  const auto scenario = load_scenario_file("/nowhere/mine.toml");
  ASSERT_TRUE(scenario.has_error());
  EXPECT_EQ(scenario.error().front().file, "/nowhere/mine.toml");
}

}  // namespace
}  // namespace shirgate::lab
