#include "policy/resemblance.hpp"

#include "derived.hpp"

namespace shirgate::test {
namespace {

Rule listed(std::string_view channel, std::string_view pattern) {
  return {.name = Name(std::string(channel) + '/' + std::string(pattern)),
          .runtime = Name("prod"),
          .channel = Name(channel),
          .pattern = *parse_pattern(pattern),
          .port = 443};
}

const std::vector rules{listed("erp", "erp.contoso.example"), listed("crm", "*.crm.contoso.example")};

Resemblance of(std::string_view host) { return resemblance(real(), *parse_host(host), rules); }

TEST(Resemblance, RecognisesAnotherNameOfADocumentedChannel) {
  EXPECT_TRUE(of("other.westeurope.datafactory.azure.net").phrase.starts_with("channel 'control'"));
  EXPECT_TRUE(of("x.servicebus.windows.net").phrase.starts_with("channel 'relay'"));
  EXPECT_TRUE(of("download.microsoft.com").phrase.starts_with("channel 'update'"));
  EXPECT_TRUE(of("adf.azure.com").phrase.starts_with("channel 'portal'"));
}

TEST(Resemblance, GivesTheSettingThatListsExactlyThisHost) {
  EXPECT_EQ(of("kv9.vault.azure.net").setting, "key_vaults = [\"kv9\"]");
  EXPECT_EQ(of("kv9.vault.azure.net").row->id, "kv-public");
  EXPECT_EQ(of("download.microsoft.com").setting, "auto_update = true");
  EXPECT_EQ(of("sql9.database.windows.net").setting, "sql = \"source\"\nsql_servers = [\"sql9\"]");
  EXPECT_EQ(of("x9.servicebus.windows.net").setting,
            "interactive_authoring = \"relay\"\nrelay_hosts = [\"x9.servicebus.windows.net\"]");
}

TEST(Resemblance, GivesNoSettingWhereNoneWouldListTheHost) {
  EXPECT_EQ(of("a.b.vault.azure.net").setting, "") << "a vault has one label";
  EXPECT_NE(of("a.b.vault.azure.net").row, nullptr);
  EXPECT_EQ(of("other.westeurope.datafactory.azure.net").setting, "") << "another factory is another runtime";
}

TEST(Resemblance, CallsALookAlikeOne) {
  for (const auto* name : {"erp.contoso.example.evil.io", "xerp.contoso.example", "crm.contoso.example.evil.io"}) {
    const auto phrase = of(name).phrase;
    EXPECT_TRUE(phrase.starts_with("a look-alike of ")) << name << ": " << phrase;
  }
  const auto phrase = of("x.datafactory.azure.net.evil.io").phrase;
  EXPECT_TRUE(phrase.starts_with("a look-alike of datafactory.azure.net")) << phrase;
}

TEST(Resemblance, CallsNoSubdomainALookAlike) {
  EXPECT_EQ(of("x.erp.contoso.example").phrase, "a neighbour of erp.contoso.example (erp)");
}

TEST(Resemblance, RecognisesASuffixThatAnybodyRentsNamesUnder) {
  EXPECT_EQ(of("x.azurewebsites.net").phrase, "a service anybody can rent a name in (azurewebsites.net)");
  EXPECT_EQ(of("stranger.github.io").phrase, "a service anybody can rent a name in (github.io)");
}

TEST(Resemblance, SaysNothingAboutStrangers) {
  EXPECT_EQ(of("www.unknown.example").phrase, "");
  EXPECT_EQ(of("localhost").phrase, "");
  EXPECT_EQ(of("www.unknown.example").row, nullptr);
}

TEST(Resemblance, GivesSettingsThatDoListTheHost) {
  int tried = 0;
  for (const auto& row : real().rows) {
    if (row.pin.empty() || row.pin.find("{relay_fqdn}") != std::string::npos || row.cloud != "public") continue;
    auto host = row.pin;
    for (const auto placeholder : adf::placeholders_of(row.pin)) {
      const auto braced = "{" + std::string(placeholder) + "}";
      host.replace(host.find(braced), braced.size(), placeholder == "storage_zone" ? "z07" : "nine");
    }
    const auto found = of(host);
    ASSERT_FALSE(found.setting.empty()) << host;
    const auto config = load(runtime_text("factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\n"
                                          "interactive_authoring = \"off\"\n" +
                                          found.setting),
                             "t.toml", test_day);
    ASSERT_TRUE(config.has_value()) << all_of(config.error()) << found.setting;
    const auto port = ':' + std::to_string(found.row->ports.first);
    EXPECT_EQ(reason_for(*config->policy, host + port, {}, test_day), "allowed") << found.setting;
    ++tried;
  }
  EXPECT_GE(tried, 9);
}

}  // namespace
}  // namespace shirgate::test
