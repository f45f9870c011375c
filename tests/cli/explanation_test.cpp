// What `explain` knows about a target: the verdict, and what to write so that it would pass.
#include "cli/explanation.hpp"

#include <gtest/gtest.h>

#include "factories.hpp"

namespace shirgate::test {
namespace {

Explanation explained(std::string_view target, std::string_view runtime = "prod") {
  static const auto config = loaded(factories_text());
  return explain_target(config, Name(runtime), *parse_target(target), now);
}

struct Case {
  std::string target;
  std::string setting;
};

/// A setting keeps what the lists of the [[runtime]] hold already: it is written over them.
TEST(Explanation, KeepsWhatTheRuntimeListsAlready) {
  const std::vector<Case> cases{
      {"other-kv.vault.azure.net:443", R"(key_vaults = ["contoso-kv", "other-kv"])"},
      {"sql2.database.windows.net:1433", "sql = \"source\"\nsql_servers = [\"contososql\", \"sql2\"]"},
      {"relay-b2.servicebus.windows.net:443",
       "interactive_authoring = \"relay\"\nrelay_hosts = [\"relay-a1.servicebus.windows.net\", "
       "\"relay-b2.servicebus.windows.net\"]"},
  };
  for (const auto& one : cases) {
    const auto found = explained(one.target);
    EXPECT_EQ(found.verdict.reason, Reason::host_not_listed) << one.target;
    EXPECT_EQ(found.remedy.setting, one.setting);
    EXPECT_EQ(found.remedy.replaces, "");
    EXPECT_EQ(found.remedy.caution, "");
  }
}

/// Whoever writes the setting over the old lines gets a file that loads and lets the target pass.
TEST(Explanation, GivesASettingThatLetsTheTargetPass) {
  const auto found = explained("other-kv.vault.azure.net:443");
  const auto config = loaded(replaced(factories_text(), R"(key_vaults = ["contoso-kv"])", found.remedy.setting));
  for (const auto* target : {"other-kv.vault.azure.net:443", "contoso-kv.vault.azure.net:443"})
    EXPECT_TRUE(explain_target(config, Name("prod"), *parse_target(target), now).verdict.allowed()) << target;
}

TEST(Explanation, WarnsWhereASettingReplacesTheControlHost) {
  const auto found = explained("we.frontend.clouddatahub.net:443");
  EXPECT_NE(found.remedy.setting.find("key_form = \"legacy\""), std::string::npos) << found.remedy.setting;
  EXPECT_EQ(found.remedy.replaces,
            "It replaces key_form = \"fqdn\", and the hosts that came from it are no longer allowed.");
}

TEST(Explanation, NeverPinsTheRelaysGatewaysOrTheSuffixItself) {
  EXPECT_EQ(explained("g12-prod-am2-001-sb.servicebus.windows.net:443").remedy.setting, "relay_gateways = true");
  EXPECT_EQ(explained("servicebus.windows.net:443").remedy.setting, "");
}

TEST(Explanation, IsCarefulWithOtherFactoriesAndLookAlikes) {
  const auto other = explained("other.westus.datafactory.azure.net:443").remedy;
  EXPECT_NE(other.caution.find("another factory"), std::string::npos) << other.caution;
  EXPECT_EQ(other.setting, "");
  const auto alike = explained("download.microsoft.com.evil.example:443").remedy;
  EXPECT_NE(alike.caution.find("mistaken"), std::string::npos) << alike.caution;
  EXPECT_EQ(explained("erp.contoso.example:443").remedy.caution, "");
}

TEST(Explanation, OffersNothingToWriteForWhatTheGateCannotCarry) {
  for (const auto* target :
       {"ocsp.digicert.com:80", "contososql.database.windows.net:11500", "erp.contoso.example:80"}) {
    const auto found = explained(target);
    EXPECT_FALSE(found.verdict.allowed()) << target;
    EXPECT_NE(found.not_served, "") << target;
    EXPECT_EQ(found.remedy.allow, "") << target;
    EXPECT_EQ(found.remedy.setting, "") << target;
  }
}

TEST(Explanation, NamesTheChannelOfTheAllowWhereItIsKnown) {
  EXPECT_NE(explained("erp2.contoso.example:443").remedy.allow.find("channel = \"NAME-IT\""), std::string::npos);
  const auto in_channel = explained("other.westus.datafactory.azure.net:443").remedy.allow;
  EXPECT_NE(in_channel.find("channel = \"control\""), std::string::npos) << in_channel;
}

TEST(Explanation, KnowsNobodyWithoutARuntime) {
  const auto found = explain_target(loaded(factories_text()), Name(), *parse_target("a.example:443"), now);
  EXPECT_EQ(found.verdict.reason, Reason::client_not_listed);
  EXPECT_EQ(found.remedy.allow, "");
}

}  // namespace
}  // namespace shirgate::test
