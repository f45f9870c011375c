#include <gtest/gtest.h>

#include "policy/adf/derive.hpp"

namespace shirgate::adf::test {
namespace {

struct CheckCase {
  const char* name;
  Checked<std::string> (*check)(std::string_view);
  std::string text;
  std::string becomes;  ///< empty: refused
  std::string says;
};

void PrintTo(const CheckCase& item, std::ostream* out) { *out << item.name; }

class NameChecks : public testing::TestWithParam<CheckCase> {};

TEST_P(NameChecks, SayWhatTheTableSays) {
  const auto& item = GetParam();
  const auto checked = item.check(item.text);
  ASSERT_EQ(checked.has_value(), !item.becomes.empty()) << item.text;
  if (checked.has_value()) {
    EXPECT_EQ(*checked, item.becomes);
  } else {
    EXPECT_NE(checked.error().text().find(item.says), std::string::npos) << checked.error().text();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, NameChecks,
    testing::Values(
        CheckCase{"Factory", check_factory_name, "Contoso-PROD", "contoso-prod", ""},
        CheckCase{"Factory3", check_factory_name, "abc", "abc", ""},
        CheckCase{"Factory2", check_factory_name, "ab", "", "3 to 63 letters, digits or hyphens"},
        CheckCase{"Factory63", check_factory_name, std::string(63, 'a'), std::string(63, 'a'), ""},
        CheckCase{"Factory64", check_factory_name, std::string(64, 'a'), "", "3 to 63"},
        CheckCase{"FactoryWithDot", check_factory_name, "a.b.c", "", "not a factory name"},
        CheckCase{"FactoryWithUnderscore", check_factory_name, "a_b_c", "", "not a factory name"},
        CheckCase{"FactoryWithLeadingHyphen", check_factory_name, "-abc", "", "not a factory name"},
        CheckCase{"FactoryWithTrailingHyphen", check_factory_name, "abc-", "", "not a factory name"},
        CheckCase{"FactoryWithUmlaut", check_factory_name, "k\xc3\xb6ln", "", "not a factory name"},
        CheckCase{"FactoryWithPlaceholder", check_factory_name, "{region}", "", "not a factory name"},
        CheckCase{"FactoryWithStar", check_factory_name, "abc*", "", "not a factory name"},
        CheckCase{"Region", check_region, "WestEurope", "westeurope", ""},
        CheckCase{"RegionAsThePortalShowsIt", check_region, "West Europe", "", "like 'westeurope'"},
        CheckCase{"RegionWithHyphen", check_region, "west-europe", "", "like 'westeurope'"},
        CheckCase{"RegionWithDot", check_region, "westeurope.evil", "", "like 'westeurope'"},
        CheckCase{"Account", check_storage_account, "ContosoStage1", "contosostage1", ""},
        CheckCase{"Account24", check_storage_account, std::string(24, 'a'), std::string(24, 'a'), ""},
        CheckCase{"Account25", check_storage_account, std::string(25, 'a'), "", "3 to 24 letters, digits"},
        CheckCase{"AccountWithHyphen", check_storage_account, "contoso-stage", "", "not a storage account name"},
        CheckCase{"AccountAsHost", check_storage_account, "a.blob.core.windows.net", "", "the account's name alone"},
        CheckCase{"Vault", check_key_vault, "Contoso-KV", "contoso-kv", ""},
        CheckCase{"Vault25", check_key_vault, std::string(25, 'a'), "", "3 to 24"},
        CheckCase{"VaultAsHost", check_key_vault, "kv.vault.azure.net", "", "the vault's name alone"},
        CheckCase{"VaultAsUrl", check_key_vault, "https://kv", "", "not a key vault name"},
        CheckCase{"Relay", check_relay_host, "G1-prod.servicebus.windows.net", "g1-prod.servicebus.windows.net", ""},
        CheckCase{"RelayWildcard", check_relay_host, "*.servicebus.windows.net", "", "a pin is one exact host"},
        CheckCase{"RelayApex", check_relay_host, "servicebus.windows.net", "", "not below servicebus.windows.net"},
        CheckCase{"RelayElsewhere", check_relay_host, "g1.evil.example", "", "not below servicebus.windows.net"},
        CheckCase{"RelayLookAlike", check_relay_host, "evilservicebus.windows.net", "", "not below"},
        CheckCase{"RelayWithPort", check_relay_host, "g1.servicebus.windows.net:443", "", "without a port"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace shirgate::adf::test
