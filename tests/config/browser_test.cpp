// kind = "browser": people with the portal, not an integration runtime.
#include "derived.hpp"

namespace shirgate::test {
namespace {

std::string browser(std::string_view lines) { return runtime_text("kind = \"browser\"\n" + std::string(lines)); }

TEST(Browser, NeedsThePortalAndNothingElse) {
  const auto config = loaded(browser(""));
  ASSERT_EQ(config.policy->rules().size(), 1U);
  EXPECT_EQ(config.policy->rules()[0].pattern.text(), "adf.azure.com");
  EXPECT_EQ(config.policy->rules()[0].channel.text(), "portal");
  EXPECT_EQ(config.policy->runtimes()[0].kind, RuntimeKind::browser);
}

TEST(Browser, NeedsThePortalOfItsCloud) {
  EXPECT_EQ(loaded(browser("cloud = \"usgov\"")).policy->rules()[0].pattern.text(), "adf.azure.us");
  EXPECT_EQ(loaded(browser("cloud = \"china\"")).policy->rules()[0].pattern.text(), "adf.azure.cn");
}

TEST(Browser, MayHaveAPrivateEndpointForThePortal) {
  const auto config = loaded(browser("private_link = { portal = [\"10.30.0.9\"] }"));
  EXPECT_EQ(config.policy->rules()[0].addresses, std::vector{*parse_range("10.30.0.9")});
  EXPECT_NE(all_of(mistakes_in(browser("private_link = { control = [\"10.30.0.4\"] }")))
                .find("nothing in channel 'control' needs it"),
            std::string::npos);
}

TEST(Browser, TakesNoKeyOfAnIntegrationRuntime) {
  const std::map<std::string_view, std::string_view> lists{{"relay_hosts", "[\"r1.servicebus.windows.net\"]"},
                                                           {"staging_accounts", "[\"stage1\"]"},
                                                           {"storage_accounts", "[\"lake1\"]"},
                                                           {"sql_servers", "[\"sql1\"]"},
                                                           {"synapse_workspaces", "[\"ws1\"]"},
                                                           {"key_vaults", "[\"kv1\"]"}};
  int refused = 0;
  for (const auto& row : adf::input_table()) {
    if (row.key == "cloud" || row.key == "private_link") continue;
    const auto listed = lists.find(row.key);
    const auto value = listed != lists.end()                                     ? std::string(listed->second)
                       : std::holds_alternative<bool adf::Factory::*>(row.field) ? std::string("true")
                                                                                 : std::string("\"relay\"");
    const auto found = all_of(mistakes_in(browser(std::string(row.key) + " = " + value)));
    EXPECT_NE(found.find("kind = \"browser\" takes no " + std::string(row.key) + ": that is an integration runtime's"),
              std::string::npos)
        << row.key << ": " << found;
    ++refused;
  }
  EXPECT_EQ(refused, 32);
  EXPECT_NE(all_of(mistakes_in(browser("relay_gateways = true"))).find("has no key 'relay_gateways'"),
            std::string::npos);
}

TEST(Browser, TakesWhatElsePeopleNeedByHand) {
  const auto config = loaded(browser("") + written("[[allow]]", good_allow));
  EXPECT_EQ(reason_for(*config.policy, "erp.contoso.example:443", {}, test_day), "allowed");
  EXPECT_EQ(reason_for(*config.policy, "adf.azure.com:443", {}, test_day), "allowed");
  EXPECT_EQ(reason_for(*config.policy, "download.microsoft.com:443", {}, test_day), "host_not_listed");
}

TEST(Kind, IsShirUnlessItIsSaid) {
  EXPECT_EQ(loaded(Text{}.text()).policy->runtimes()[0].kind, RuntimeKind::shir);
  EXPECT_NE(all_of(mistakes_in(with_runtime("kind", "\"desktop\""))).find("write one of: shir, browser"),
            std::string::npos);
}

}  // namespace
}  // namespace shirgate::test
