#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/init_status.hpp"
#include "cli/init_text.hpp"
#include "config/load_catalogue.hpp"

namespace shirgate {
namespace {

const adf::Catalogue& catalogue() { return *builtin_catalogue(); }

/// A factory that flags named, and a status.
InitAnswers answers_to(const std::string& status, const std::string& cloud = "public") {
  InitAnswers answers;
  say(answers, "factory", {"contoso-prod"}, "--factory", Weight::binding);
  say(answers, "region", {cloud == "usgov" ? "usgovvirginia" : "westeurope"}, "--region", Weight::binding);
  say(answers, "cloud", {cloud}, "--cloud", Weight::binding);
  say_status(answers, status, catalogue());
  return answers;
}

adf::Texts said(const InitAnswers& answers, const std::string& key) {
  const auto found = answers.inputs.find(key);
  return found == answers.inputs.end() ? adf::Texts{} : found->second.values;
}

std::string text_of(InitAnswers answers) {
  complete(answers, catalogue());
  return init_text(answers);
}

void expect_loads(const std::string& text) {
  const auto loaded = load(text, "init");
  if (loaded.has_value()) return;
  for (const auto& mistake : loaded.error()) ADD_FAILURE() << to_string(mistake);
  ADD_FAILURE() << text;
}

constexpr auto facts = R"("serviceUrls": ["g1-prod.servicebus.windows.net"], "autoUpdate": "Off")";

TEST(InitStatus, IsFoundWhereverTheAnswerKeepsIt) {
  for (const auto& text :
       {fmt::format(R"({{"properties": {{"type": "SelfHosted", "typeProperties": {{ {} }} }} }})", facts),
        fmt::format(R"({{"name": "ir", "properties": {{ {} }} }})", facts), fmt::format("{{ {} }}", facts),
        fmt::format("\xEF\xBB\xBF{{ {} }}\r\n", facts),
        std::string(R"({"service_urls": ["https://G1-Prod.servicebus.windows.net:443/x"], "auto_update": false})"),
        std::string(R"({"ServiceUrls": ["sb://g1-prod.servicebus.windows.net/"], "AutoUpdate": "off"})")}) {
    const auto answers = answers_to(text);
    EXPECT_TRUE(answers.complaints.empty()) << text;
    EXPECT_EQ(said(answers, "relay_hosts"), adf::Texts{"g1-prod.servicebus.windows.net"}) << text;
    EXPECT_EQ(said(answers, "auto_update"), adf::Texts{"false"}) << text;
    expect_loads(text_of(answers));
  }
}

TEST(InitStatus, OfARelayMakesItUsed) {
  auto answers = answers_to(fmt::format("{{ {} }}", facts));
  complete(answers, catalogue());
  EXPECT_EQ(said(answers, "interactive_authoring"), adf::Texts{"relay"});
}

TEST(InitStatus, NamesHostsThatAreNoRelaysInACommentOnly) {
  const auto answers = answers_to(
      R"({"serviceUrls": ["eu.frontend.clouddatahub.net", "servicebus.windows.net", "g1.servicebus.windows.net",
                          "evilservicebus.windows.net", "g2.servicebus.usgovcloudapi.net", 7, "no host", "a:b:c"]})");
  EXPECT_EQ(said(answers, "relay_hosts"), adf::Texts{"g1.servicebus.windows.net"});
  const auto text = text_of(answers);
  EXPECT_NE(text.find("eu.frontend.clouddatahub.net, servicebus.windows.net, evilservicebus.windows.net, "
                      "g2.servicebus.usgovcloudapi.net"),
            std::string::npos)
      << text;
  ASSERT_EQ(answers.notes.size(), 1U);
  EXPECT_NE(answers.notes.front().find("3 of serviceUrls"), std::string::npos) << answers.notes.front();
  expect_loads(text);
}

TEST(InitStatus, GoesByTheRelayOfTheCloud) {
  const auto answers = answers_to(R"({"serviceUrls": ["g2.servicebus.usgovcloudapi.net"]})", "usgov");
  EXPECT_EQ(said(answers, "relay_hosts"), adf::Texts{"g2.servicebus.usgovcloudapi.net"});
  expect_loads(text_of(answers));
}

TEST(InitStatus, OfSelfContainedAuthoringKeepsRelaysAsAComment) {
  const auto answers =
      answers_to(R"({"selfContainedInteractiveAuthoringEnabled": true, "serviceUrls": ["g1.servicebus.windows.net"]})");
  const auto text = text_of(answers);
  EXPECT_NE(text.find("\ninteractive_authoring = \"self-contained\""), std::string::npos) << text;
  EXPECT_EQ(text.find("\nrelay_hosts"), std::string::npos) << text;
  EXPECT_NE(text.find("no relay is used now: g1.servicebus.windows.net"), std::string::npos) << text;
  expect_loads(text);
}

TEST(InitStatus, YieldsToWhatWasSaidBefore) {
  InitAnswers answers;
  say(answers, "auto_update", {"false"}, "--auto-update", Weight::binding);
  say_status(answers,
             R"({"autoUpdate": "On", "latestVersion": "5.50.1", "scheduledUpdateDate": "2027-01-02T03:04:05Z"})",
             catalogue());
  EXPECT_EQ(said(answers, "auto_update"), adf::Texts{"false"});
  EXPECT_EQ(answers.notes.size(), 1U);
  EXPECT_TRUE(answers.complaints.empty());
  const auto text = text_of(answers);
  EXPECT_NE(text.find("5.50.1"), std::string::npos) << text;
  EXPECT_NE(text.find("2027-01-02T03:04:05Z"), std::string::npos) << text;
}

TEST(InitStatus, TakesAddressesWhenEveryNodeHasOne) {
  const auto two = answers_to(R"({"nodes": [{"ipAddress": "10.20.0.21"}, {"ipAddress": "10.20.0.22"}]})");
  EXPECT_EQ(two.clients, (adf::Texts{"10.20.0.21/32", "10.20.0.22/32"}));
  EXPECT_EQ(said(two, "ha"), adf::Texts{"true"});
  expect_loads(text_of(two));
  EXPECT_TRUE(answers_to(R"({"nodes": [{"ipAddress": "10.20.0.21"}, {"nodeName": "b"}]})").clients.empty());
  EXPECT_TRUE(answers_to(R"({"nodes": [{"ipAddress": "127.0.0.1"}]})").clients.empty());
}

TEST(InitStatus, ThatIsNoneIsRefused) {
  for (const auto* text : {"", "[]", "null", "{", "{}", "\"text\"", R"({"properties": 1})", R"({"serviceUrls": "x"})",
                           R"({"autoUpdate": 7})", R"({"autoUpdate": "maybe"})", R"({"nodes": {}})",
                           R"({"properties": {"type": "Managed", "typeProperties": {"nodes": []}}})"})
    EXPECT_EQ(answers_to(text).complaints.size(), 1U) << text;
  const std::string deep(10000, '[');
  EXPECT_EQ(answers_to(R"({"nodes": )" + deep).complaints.size(), 1U);
  std::string many = R"({"serviceUrls": ["a.example")";
  for (int i = 0; i < 100; ++i) many += R"(, "a.example")";
  EXPECT_EQ(answers_to(many + "]}").complaints.size(), 1U);
}

/// TOML in every place where a text can stand.
TEST(InitStatus, InjectsNothing) {
  for (const std::string hostile :
       {R"(g1.servicebus.windows.net\"]\n[[allow]]\nhosts = [\"*.example\")", R"(\n[lab]\nenabled = true\n)",
        R"(\u0000)", R"(\"\"\"\n[[allow]]\n)", R"(\u2028[[allow]])", R"(x # [[allow]])", R"(\u001b[2J)"}) {
    const auto text = fmt::format(
        R"({{"serviceUrls": ["{0}", "ok.servicebus.windows.net", "{0}.servicebus.windows.net", "https://{0}/"],
             "autoUpdate": "On", "latestVersion": "{0}", "scheduledUpdateDate": "{0}", "name": "{0}", "{0}": "{0}",
             "nodes": [{{"ipAddress": "{0}", "nodeName": "{0}"}}]}})",
        hostile);
    const auto written = text_of(answers_to(text));
    expect_loads(written);
    EXPECT_EQ(written.find("\n[[allow]]"), std::string::npos) << written;
    EXPECT_EQ(written.find("enabled"), std::string::npos) << written;
    EXPECT_EQ(written.find('\x1b'), std::string::npos) << written;
    EXPECT_EQ(written.find("# [[allow]]"), std::string::npos) << written;
  }
}

}  // namespace
}  // namespace shirgate
