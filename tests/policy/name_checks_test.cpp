#include <gtest/gtest.h>

#include "policy/adf/names.hpp"

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
        CheckCase{"AccountAsHost", check_storage_account, "a.blob.core.windows.net", "", "write the name alone"},
        CheckCase{"Zone", check_storage_zone, "Z07", "z07", ""},
        CheckCase{"ZoneOfOneDigit", check_storage_zone, "z7", "", "z00 to z99"},
        CheckCase{"ZoneOfThreeDigits", check_storage_zone, "z007", "", "z00 to z99"},
        CheckCase{"ZoneWithAnotherLetter", check_storage_zone, "y07", "", "z00 to z99"},
        CheckCase{"ZoneThatIsNoNumber", check_storage_zone, "z0a", "", "z00 to z99"},
        CheckCase{"Vault", check_key_vault, "Contoso-KV", "contoso-kv", ""},
        CheckCase{"Vault25", check_key_vault, std::string(25, 'a'), "", "3 to 24"},
        CheckCase{"VaultAsHost", check_key_vault, "kv.vault.azure.net", "", "write the name alone"},
        CheckCase{"VaultAsUrl", check_key_vault, "https://kv", "", "not a key vault name"},
        CheckCase{"FrontendCode", check_frontend_code, "WU2", "wu2", ""},
        CheckCase{"FrontendCodeAsHost", check_frontend_code, "wu2.frontend", "", "write the name alone"},
        CheckCase{"FrontendCodeOfOneLetter", check_frontend_code, "w", "", "2 to 15"},
        CheckCase{"SqlServer", check_sql_server, "Contoso-SQL", "contoso-sql", ""},
        CheckCase{"SqlServerAsHost", check_sql_server, "a.database.windows.net", "", "write the name alone"},
        CheckCase{"SqlServer64", check_sql_server, std::string(64, 'a'), "", "1 to 63"},
        CheckCase{"Workspace", check_synapse_workspace, "Contoso-WS", "contoso-ws", ""},
        CheckCase{"Workspace51", check_synapse_workspace, std::string(51, 'a'), "", "1 to 50"},
        CheckCase{"Purview", check_purview_account, "Contoso-PV", "contoso-pv", ""},
        CheckCase{"PurviewAsHost", check_purview_account, "a.purview.azure.com", "", "write the name alone"},
        CheckCase{"Relay", check_relay_host, "G1-prod.servicebus.windows.net", "g1-prod.servicebus.windows.net", ""},
        CheckCase{"RelayWildcard", check_relay_host, "*.servicebus.windows.net", "", "a pin is one exact host"},
        CheckCase{"RelayAsAddress", check_relay_host, "10.0.0.5", "", "is an address"},
        CheckCase{"RelayWithPort", check_relay_host, "g1.servicebus.windows.net:443", "", "without a port"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace shirgate::adf::test
