#include "cli/init_text.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "config/load_catalogue.hpp"

namespace shirgate {
namespace {

InitAnswers named_factory() {
  InitAnswers answers;
  say(answers, "factory", {"Contoso-Prod"}, "--factory", Weight::binding);
  say(answers, "region", {"westeurope"}, "--region", Weight::binding);
  return answers;
}

std::string text_of(InitAnswers answers) {
  complete(answers, *builtin_catalogue());
  return init_text(answers);
}

Mistakes mistakes_in(const std::string& text) {
  const auto loaded = load(text, "init");
  return loaded.has_error() ? loaded.error() : Mistakes{};
}

void expect_loads(const std::string& text) {
  for (const auto& mistake : mistakes_in(text)) ADD_FAILURE() << to_string(mistake) << '\n' << text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The key of a line like "# workers = 0"; empty for prose.
std::string key_in_comment(const std::string& line) {
  const auto end = line.find(" = ");
  if (!line.starts_with("# ") || end == std::string::npos) return {};
  const auto key = line.substr(2, end - 2);
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos ? key : std::string();
}

TEST(InitText, OfAFactoryAndItsRegionLoads) {
  const auto text = text_of(named_factory());
  expect_loads(text);
  for (const auto& line : lines_of(text)) EXPECT_LE(line.size(), 120U) << line;
  EXPECT_NE(text.find("\nname = \"contoso-prod\""), std::string::npos) << text;
}

TEST(InitText, ShowsEveryOtherKeyAsALineThatIsOne) {
  const auto lines = lines_of(text_of(named_factory()));
  std::set<std::string> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto key = key_in_comment(lines[i]);
    if (key.empty()) continue;
    seen.insert(key);
    std::string text;
    for (std::size_t j = 0; j < lines.size(); ++j) text += (i == j ? lines[j].substr(2) : lines[j]) + '\n';
    for (const auto& mistake : mistakes_in(text)) {
      EXPECT_EQ(mistake.text.find("has no key"), std::string::npos) << lines[i] << '\n' << mistake.text;
      EXPECT_EQ(mistake.text.find("not TOML"), std::string::npos) << lines[i] << '\n' << mistake.text;
      EXPECT_EQ(mistake.text.find(" must be "), std::string::npos) << lines[i] << '\n' << mistake.text;
    }
  }
  for (const auto& row : adf::input_table())
    EXPECT_TRUE(seen.contains(std::string(row.key)) || row.key == "factory" || row.key == "region" ||
                row.key == "interactive_authoring")
        << row.key;
  for (const auto* key :
       {"workers", "group_ms", "servers", "hosts", "multi_tenant_ack", "kind", "mode", "relay_gateways"})
    EXPECT_TRUE(seen.contains(key)) << key;
}

TEST(InitText, KeepsTheRelayClosedUntilSomebodyDecides) {
  auto answers = named_factory();
  complete(answers, *builtin_catalogue());
  const auto text = init_text(answers);
  EXPECT_NE(text.find("\ninteractive_authoring = \"off\""), std::string::npos) << text;
  EXPECT_NE(text.find("\n# multi_tenant_ack = { relay = \"TICKET\" }"), std::string::npos) << text;
  EXPECT_NE(text.find("DECIDE"), std::string::npos) << text;

  // What the comment says to do must work.
  auto opened = text;
  opened.replace(opened.find("\"off\""), 5, "\"relay\"");
  EXPECT_FALSE(mistakes_in(opened).empty());
  const auto acknowledgement = opened.find("# multi_tenant_ack = ");
  expect_loads(opened.erase(acknowledgement, 2));
}

TEST(InitText, PinsTheRelayOrNamesTheTicket) {
  auto pinned = named_factory();
  say(pinned, "relay_hosts", {"g1.servicebus.windows.net"}, "--relay-host", Weight::binding);
  const auto pins = text_of(pinned);
  expect_loads(pins);
  EXPECT_NE(pins.find("\ninteractive_authoring = \"relay\""), std::string::npos) << pins;

  auto accepted = named_factory();
  accepted.tickets["relay"] = "CHG-1200 \"quoted\" \\ \n[lab]";
  const auto ticket = text_of(accepted);
  expect_loads(ticket);
  EXPECT_EQ(ticket.find("\n[lab]"), std::string::npos) << ticket;
}

TEST(InitText, ShowsWhatNamesImply) {
  auto answers = named_factory();
  say(answers, "key_vaults", {"contoso-kv"}, "--key-vault", Weight::binding);
  const auto text = text_of(answers);
  EXPECT_NE(text.find("\n# key_vault = true"), std::string::npos) << text;
  EXPECT_NE(text.find("\n# staged_copy = false"), std::string::npos) << text;
}

TEST(InitText, MarksEveryPlaceholderAndListsIt) {
  auto answers = named_factory();
  complete(answers, *builtin_catalogue());
  std::set<std::string> unknown;
  for (const auto& one : answers.unknown) unknown.insert(one.key);
  EXPECT_TRUE(unknown.contains("listen") && unknown.contains("clients") && unknown.contains("relay_hosts") &&
              unknown.contains("auto_update"));
  const auto lines = lines_of(init_text(answers));
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (lines[i].find("192.0.2.") != std::string::npos && !lines[i].starts_with("#")) {
      EXPECT_TRUE(lines[i - 1].starts_with("# PLACEHOLDER: ")) << lines[i];
    }
}

TEST(InitText, OfEveryFormOfKeyLoads) {
  for (const auto& facts :
       {adf::KeyFacts{.cloud = "public", .key_form = "fqdn", .factory = "contoso", .region = "eastus"},
        adf::KeyFacts{.cloud = "public", .key_form = "legacy", .frontend_code = "eu"},
        adf::KeyFacts{.key_form = "legacy", .factory = "contoso"}}) {
    InitAnswers answers;
    say_key(answers, facts);
    expect_loads(text_of(answers));
    complete(answers, *builtin_catalogue());
    std::set<std::string> unknown;
    for (const auto& one : answers.unknown) unknown.insert(one.key);
    EXPECT_EQ(unknown.contains("product"), facts.key_form == "legacy");
    EXPECT_EQ(unknown.contains("cloud"), facts.cloud.empty());
  }
}

TEST(InitText, OfAKeyInEveryCloudOfTheCatalogueLoads) {
  for (const auto* host : {"contoso.westeurope.datafactory.azure.net", "contoso.usgovvirginia.datafactory.azure.us",
                           "contoso.chinaeast2.datafactory.azure.cn", "eu.frontend.clouddatahub.net",
                           "usgv.frontend.datamovement.azure.us", "chinae2.frontend.datamovement.azure.cn"}) {
    const auto key = fmt::format("IR@00000000-0000-4000-8000-000000000000@contoso@ServiceEndpoint={}@{}", host,
                                 std::string(44, 'A'));
    const auto facts = adf::parse_ir_key(key, *builtin_catalogue());
    ASSERT_TRUE(facts.has_value()) << facts.error().text();
    InitAnswers answers;
    say_key(answers, *facts);
    const auto loaded = load(text_of(answers), "init");
    ASSERT_TRUE(loaded.has_value()) << to_string(loaded.error().front());
    const auto rules = loaded->policy->rules();
    EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.pattern.text() == host; }))
        << host;
  }
}

TEST(InitText, OfSourcesThatDisagreeIsAComplaint) {
  InitAnswers answers;
  say_key(answers, {.cloud = "public", .key_form = "fqdn", .factory = "contoso", .region = "eastus"});
  say(answers, "factory", {"CONTOSO"}, "--factory", Weight::binding);
  EXPECT_TRUE(answers.complaints.empty());
  say(answers, "factory", {"fabrikam"}, "--factory", Weight::binding);
  say(answers, "product", {"synapse"}, "--product", Weight::binding);
  ASSERT_EQ(answers.complaints.size(), 2U);
  EXPECT_EQ(answers.complaints.front(),
            "the IR key says factory = contoso and --factory says fabrikam; one of them is wrong");
}

}  // namespace
}  // namespace shirgate
