// private_link: where the names of a channel with a private endpoint must resolve to.
#include "derived.hpp"

namespace shirgate::test {
namespace {

constexpr std::string_view base =
    "factory = \"contoso\"\nregion = \"eastus\"\nrelay_hosts = [\"r1.servicebus.windows.net\"]\n"
    "key_vaults = [\"kv1\"]\n";

std::string with_link(std::string_view link) {
  return runtime_text(std::string(base) + "private_link = " + std::string(link));
}

constexpr std::string_view control_host = "contoso.eastus.datafactory.azure.net:443";

std::string_view answered(std::string_view link, std::string_view target, std::vector<std::string_view> answers) {
  return reason_for(*loaded(with_link(link)).policy, target, std::move(answers), test_day);
}

TEST(PrivateLink, ExpectsTheEndpointOfItsChannel) {
  const auto* link = "{ control = [\"10.30.0.4\"] }";
  EXPECT_EQ(answered(link, control_host, {"10.30.0.4"}), "allowed");
  EXPECT_EQ(answered(link, control_host, {"10.30.0.5"}), "address_not_expected");
  EXPECT_EQ(answered(link, control_host, {"20.50.1.1"}), "address_not_expected");
  EXPECT_EQ(answered(link, "kv1.vault.azure.net:443", {"20.50.1.1"}), "allowed") << "the vault has no endpoint";
}

TEST(PrivateLink, TakesNoAnswerInTheRangeOfAnotherChannel) {
  const auto* link = "{ control = [\"10.30.0.0/24\"], keyvault = [\"10.30.0.7\"] }";
  EXPECT_EQ(answered(link, control_host, {"10.30.0.4"}), "allowed");
  EXPECT_EQ(answered(link, control_host, {"10.30.0.7"}), "address_not_expected") << "the vault's own endpoint";
  EXPECT_EQ(answered(link, "kv1.vault.azure.net:443", {"10.30.0.7"}), "allowed");
  EXPECT_EQ(answered(link, "kv1.vault.azure.net:443", {"10.30.0.4"}), "address_not_expected");
  EXPECT_EQ(answered(link, "r1.servicebus.windows.net:443", {"10.30.0.4"}), "address_not_expected");
  EXPECT_EQ(answered(link, "download.microsoft.com:443", {"10.30.0.4"}), "address_not_expected");
}

TEST(PrivateLink, TakesNoPublicAnswerInTheRangeOfAnotherChannel) {
  const auto* link = "{ control = [\"20.60.0.0/24\"] }";
  EXPECT_EQ(answered(link, control_host, {"20.60.0.4"}), "allowed");
  EXPECT_EQ(answered(link, "r1.servicebus.windows.net:443", {"20.60.0.4"}), "address_not_expected");
  EXPECT_EQ(answered(link, "r1.servicebus.windows.net:443", {"20.50.1.1"}), "allowed");
}

TEST(PrivateLink, KeepsItsRangesFromWhatIsAllowedByHandToo) {
  const auto text = with_link("{ control = [\"20.60.0.0/24\"] }") + '\n' + written("[[allow]]", good_allow);
  const auto config = loaded(text);
  EXPECT_EQ(reason_for(*config.policy, "erp.contoso.example:443", {"20.50.1.1"}, test_day), "allowed");
  EXPECT_EQ(reason_for(*config.policy, "erp.contoso.example:443", {"20.60.0.4"}, test_day), "address_not_expected");
}

TEST(PrivateLink, MustBeTheSameForAHostInTwoChannels) {
  const auto account_twice = [](std::string_view link) {
    return all_of(mistakes_in(runtime_text(
        "factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\ninteractive_authoring = \"off\"\n"
        "staging_accounts = [\"lake1\"]\nblob = true\nstorage_accounts = [\"lake1\"]\nprivate_link = " +
        std::string(link))));
  };
  const auto found = account_twice("{ staged = [\"10.30.0.4\"] }");
  EXPECT_NE(found.find("list the same host and expect it at different addresses"), std::string::npos) << found;
  EXPECT_EQ(account_twice("{ staged = [\"10.30.0.4\"], data-storage = [\"10.30.0.4\"] }"), "");
}

TEST(PrivateLink, MayPutAllEndpointsIntoOneSubnet) {
  const auto* link = "{ control = [\"10.30.0.0/24\"], keyvault = [\"10.30.0.0/24\"] }";
  EXPECT_EQ(answered(link, control_host, {"10.30.0.4"}), "allowed");
  EXPECT_EQ(answered(link, "kv1.vault.azure.net:443", {"10.30.0.7"}), "allowed");
}

TEST(PrivateLink, IsForChannelsThatCanHaveAnEndpoint) {
  for (const std::string channel : {"relay", "update", "setup", "identity", "pki", "node"}) {
    const auto found = all_of(mistakes_in(with_link("{ " + channel + " = [\"10.30.0.4\"] }")));
    EXPECT_NE(found.find("[[runtime]] private_link has no key '" + channel + "'"), std::string::npos) << found;
  }
}

TEST(PrivateLink, IsForASubnetAndNothingBroader) {
  for (const auto* fine : {"10.30.0.0/16", "10.30.0.0/24", "10.30.0.4", "fd00:30::/48", "fd00:30::/64"})
    EXPECT_EQ(all_of(mistakes_in(with_link(std::string("{ control = [\"") + fine + "\"] }"))), "") << fine;
  for (const auto* broad : {"10.30.0.0/15", "10.0.0.0/8", "fd00:30::/47", "fd00::/16"}) {
    const auto found = all_of(mistakes_in(with_link(std::string("{ control = [\"") + broad + "\"] }")));
    EXPECT_NE(found.find("; name the subnet of the private endpoints"), std::string::npos) << broad << found;
  }
}

TEST(PrivateLink, IsForTheFactorysOwnEndpointsToo) {
  const auto config = loaded(runtime_text(
      "factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\ninteractive_authoring = \"off\"\n"
      "staging_accounts = [\"stage1\"]\nblob = true\nstorage_accounts = [\"lake1\"]\nsql = \"source\"\n"
      "sql_servers = [\"sql1\"]\nportal = true\n"
      "private_link = { control = [\"10.30.0.1\"], staged = [\"10.30.0.2\"], data-storage = [\"10.30.0.3\"], "
      "data-sql = [\"10.30.0.4\"], portal = [\"10.30.0.5\"] }"));
  EXPECT_EQ(config.policy->rules().size(), 5U);
  for (const auto& rule : config.policy->rules()) {
    EXPECT_EQ(rule.addresses.size(), 1U) << rule.name.text();
    EXPECT_EQ(rule.never.size(), 4U) << rule.name.text();
  }
}

std::string advice_of(const Config& config, std::string_view channel) {
  for (const auto& rule : config.policy->rules())
    if (rule.channel.text() == channel) return rule.address_advice;
  return "no rule";
}

TEST(AddressAdvice, NamesThePrivateZoneAndTheMessageThatMisleads) {
  const auto advice = advice_of(loaded(with_link("{ control = [\"10.30.0.0/24\", \"10.31.0.4\"] }")), "control");
  EXPECT_EQ(
      advice,
      "contoso.eastus.datafactory.azure.net must resolve inside 10.30.0.0/24, 10.31.0.4/32, its private endpoint: "
      "link the private DNS zone privatelink.datafactory.azure.net to the network the gate resolves in. Let through, "
      "the integration runtime would say \"The Authentication key is invalid or empty.\", which misleads.");
}

TEST(AddressAdvice, NamesTheZoneOfAVaultWhichHasAnotherName) {
  const auto advice = advice_of(loaded(with_link("{ keyvault = [\"10.30.0.7\"] }")), "keyvault");
  EXPECT_NE(advice.find("privatelink.vaultcore.azure.net"), std::string::npos) << advice;
  EXPECT_EQ(advice.find("would say"), std::string::npos) << "nothing is documented that it would say";
}

TEST(AddressAdvice, NamesTheZoneOfTheCloud) {
  const auto config =
      loaded(runtime_text("cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\nauto_update = false\n"
                          "interactive_authoring = \"off\"\nprivate_link = { control = [\"10.30.0.4\"] }"));
  EXPECT_NE(advice_of(config, "control").find("privatelink.datafactory.azure.us"), std::string::npos);
}

TEST(AddressAdvice, OfAPublicChannelAsksAboutTheZoneThatIsLinkedByMistake) {
  const auto config = loaded(with_link("{ control = [\"10.30.0.4\"] }"));
  EXPECT_EQ(advice_of(config, "relay"),
            "Channel 'relay' is public: r1.servicebus.windows.net must not resolve to a private address; is "
            "privatelink.servicebus.windows.net linked to the gate's network by mistake?");
  EXPECT_EQ(advice_of(config, "update"),
            "Channel 'update' is public: download.microsoft.com must not resolve to a private address.");
}

}  // namespace
}  // namespace shirgate::test
