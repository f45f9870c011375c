// What factories need that the catalogue has no example for, written down by hand from the documents.
#include "derived.hpp"

namespace shirgate::test {
namespace {

struct Expectation {
  const char* name;
  std::string inputs;
  Lines lines;
};

void PrintTo(const Expectation& item, std::ostream* out) { *out << item.name; }

class Factories : public testing::TestWithParam<Expectation> {};

TEST_P(Factories, NeedExactlyThis) { EXPECT_EQ(lines_of(factory_of(GetParam().inputs)), GetParam().lines); }

std::string name_of(const testing::TestParamInfo<Expectation>& one) { return one.param.name; }

/// Control channel only: neither relay nor updates.
std::string quiet(std::string_view more) {
  return "factory = \"contoso\"\nregion = \"eastus\"\nscia = true\nauto_update = false\n" + std::string(more);
}

Lines and_control(Lines lines) {
  lines.insert("control contoso.eastus.datafactory.azure.net:443 tls-connect");
  return lines;
}

INSTANTIATE_TEST_SUITE_P(
    OtherClouds, Factories,
    testing::Values(
        Expectation{"UsGovernmentWithEverything",
                    R"(
cloud = "usgov"
factory = "contoso"
region = "usgovvirginia"
staged_copy = true
blob = true
adls_gen2 = true
sql = "source"
key_vault = true
entra_auth = true
portal = true
)",
                    {"control contoso.usgovvirginia.datafactory.azure.us:443 tls-connect",
                     "relay *.servicebus.usgovcloudapi.net:443 wss-connect",
                     "update download.microsoft.com:443 tls-connect", "staged *.core.usgovcloudapi.net:443 tls-connect",
                     "data-storage *.blob.core.usgovcloudapi.net:443 tls-connect",
                     "data-storage *.dfs.core.usgovcloudapi.net:443 tls-connect",
                     "data-sql *.database.usgovcloudapi.net:1433 tds-direct",
                     "keyvault *.vault.usgovcloudapi.net:443 tls-connect",
                     "identity login.microsoftonline.us:443 tls-connect", "portal adf.azure.us:443 tls-connect"}},
        Expectation{"UsGovernmentWithNames",
                    R"(
cloud = "usgov"
factory = "contoso"
region = "usgovtexas"
auto_update = false
relay_fqdns = ["r1.servicebus.usgovcloudapi.net"]
staged_copy = true
staging_account = "stage1"
blob = true
adls_gen2 = true
storage_account = "lake1"
sql = "sink"
sql_server = "sql1"
key_vault = true
vault = "kv1"
)",
                    {"control contoso.usgovtexas.datafactory.azure.us:443 tls-connect",
                     "relay r1.servicebus.usgovcloudapi.net:443 wss-connect",
                     "staged stage1.blob.core.usgovcloudapi.net:443 tls-connect",
                     "data-storage lake1.blob.core.usgovcloudapi.net:443 tls-connect",
                     "data-storage lake1.dfs.core.usgovcloudapi.net:443 tls-connect",
                     "keyvault kv1.vault.usgovcloudapi.net:443 tls-connect"}},
        Expectation{
            "ChinaWithEverything",
            R"(
cloud = "china"
factory = "contoso"
region = "chinanorth3"
staged_copy = true
blob = true
adls_gen2 = true
sql = "source"
key_vault = true
entra_auth = true
portal = true
)",
            {"control contoso.chinanorth3.datafactory.azure.cn:443 tls-connect",
             "relay *.servicebus.chinacloudapi.cn:443 wss-connect", "update download.microsoft.com:443 tls-connect",
             "staged *.core.chinacloudapi.cn:443 tls-connect",
             "data-storage *.blob.core.chinacloudapi.cn:443 tls-connect",
             "data-storage *.dfs.core.chinacloudapi.cn:443 tls-connect",
             "data-sql *.database.chinacloudapi.cn:1433 tds-direct", "keyvault *.vault.azure.cn:443 tls-connect",
             "identity login.partner.microsoftonline.cn:443 tls-connect",
             "identity login.chinacloudapi.cn:443 tls-connect", "portal adf.azure.cn:443 tls-connect"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    RegionalKeys, Factories,
    testing::Values(Expectation{"PublicWithoutACode",
                                "key_form = \"legacy\"\nscia = true\nauto_update = false",
                                {"control *.frontend.clouddatahub.net:443 tls-connect"}},
                    Expectation{"UsGovernmentWithoutACode",
                                "cloud = \"usgov\"\nkey_form = \"legacy\"\nscia = true\nauto_update = false",
                                {"control *.frontend.datamovement.azure.us:443 tls-connect"}},
                    Expectation{"UsGovernmentWithACode",
                                "cloud = \"usgov\"\nkey_form = \"legacy\"\nfrontend_code = \"va\"\nauto_update = false",
                                {"control va.frontend.datamovement.azure.us:443 tls-connect",
                                 "relay *.servicebus.usgovcloudapi.net:443 wss-connect"}},
                    Expectation{"ChinaWithoutACode",
                                "cloud = \"china\"\nkey_form = \"legacy\"\nscia = true\nauto_update = false",
                                {"control *.frontend.datamovement.azure.cn:443 tls-connect"}},
                    Expectation{"SynapseWithACode",
                                "product = \"synapse\"\nfrontend_code = \"we\"\nscia = true\nauto_update = false",
                                {"control we.frontend.clouddatahub.net:443 tls-connect"}},
                    Expectation{"SynapseInChina",
                                "product = \"synapse\"\ncloud = \"china\"\nscia = true\nauto_update = false",
                                {"control *.frontend.datamovement.azure.cn:443 tls-connect"}},
                    Expectation{"Purview",
                                R"(
product = "purview"
purview = "contoso-pv"
managed_storage = "scaneastus1"
auto_update = false
)",
                                {"control *.frontend.clouddatahub.net:443 tls-connect",
                                 "relay *.servicebus.windows.net:443 wss-connect",
                                 "purview contoso-pv.purview.azure.com:443 tls-connect",
                                 "purview scaneastus1.blob.core.windows.net:443 tls-connect",
                                 "purview scaneastus1.queue.core.windows.net:443 tls-connect",
                                 "identity login.microsoftonline.com:443 tls-connect",
                                 "identity login.windows.net:443 tls-connect"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Relay, Factories,
    testing::Values(Expectation{"SelfContainedWithoutLocalCredentials", quiet(""), and_control({})},
                    Expectation{"SelfContainedWithLocalCredentials", quiet("local_credentials = true"),
                                and_control({"relay *.servicebus.windows.net:443 wss-connect"})},
                    Expectation{"SelfContainedWithLocalCredentialsAndPins",
                                quiet("local_credentials = true\nrelay_fqdns = [\"r1.servicebus.windows.net\"]"),
                                and_control({"relay r1.servicebus.windows.net:443 wss-connect"})}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Stores, Factories,
    testing::Values(
        Expectation{"StorageByWildcard", quiet("staged_copy = true\nblob = true\nadls_gen2 = true"),
                    and_control({"staged *.core.windows.net:443 tls-connect",
                                 "data-storage *.blob.core.windows.net:443 tls-connect",
                                 "data-storage *.dfs.core.windows.net:443 tls-connect"})},
        Expectation{"ZonedStorageWithoutAZone",
                    quiet("staged_copy = true\nstaging_account = \"stage1\"\nblob = true\nstorage_account = \"lake1\"\n"
                          "storage_endpoint = \"dnszone\""),
                    and_control({"staged *.blob.storage.azure.net:443 tls-connect",
                                 "data-storage *.blob.storage.azure.net:443 tls-connect"})},
        Expectation{"ZonedStorageWithAZone",
                    quiet("blob = true\nstorage_account = \"lake1\"\nstorage_endpoint = \"dnszone\"\n"
                          "storage_zone = \"z42\""),
                    and_control({"data-storage lake1.z42.blob.storage.azure.net:443 tls-connect"})},
        Expectation{"RedirectedSql", quiet("sql = \"source\"\nsql_server = \"sql1\"\nsql_route = \"redirect-public\""),
                    and_control({"data-sql sql1.database.windows.net:1433 tds-direct",
                                 "data-sql sql1.database.windows.net:11000-11999 tds-direct"})},
        Expectation{"PrivatelyRedirectedSql",
                    quiet("sql = \"source\"\nsql_server = \"sql1\"\nsql_route = \"redirect-private\""),
                    and_control({"data-sql sql1.database.windows.net:1433 tds-direct",
                                 "data-sql sql1.database.windows.net:1433-65535 tds-direct"})},
        Expectation{"RedirectedSqlBehindAStagedCopy",
                    quiet("sql = \"sink\"\nsql_route = \"redirect-public\"\nstaged_copy = true\n"
                          "staging_account = \"stage1\""),
                    and_control({"staged stage1.blob.core.windows.net:443 tls-connect"})},
        Expectation{"SqlSourceBesideAStagedCopy", quiet("sql = \"source\"\nstaged_copy = true"),
                    and_control({"data-sql *.database.windows.net:1433 tds-direct",
                                 "staged *.core.windows.net:443 tls-connect"})},
        Expectation{"SynapseSql", quiet("synapse_sql = true"),
                    and_control({"data-sql *.sql.azuresynapse.net:1433 tds-direct"})},
        Expectation{"SynapseSqlOfAWorkspace", quiet("synapse_sql = true\nsynapse_workspace = \"ws1\""),
                    and_control({"data-sql ws1.sql.azuresynapse.net:1433 tds-direct"})}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Surroundings, Factories,
                         testing::Values(Expectation{"RemoteAccess", quiet("remote_access = true"),
                                                     and_control({"node <other SHIR nodes>:8060 nettcp-lan"})},
                                         Expectation{"Portal", quiet("portal = true"),
                                                     and_control({"portal adf.azure.com:443 tls-connect"})},
                                         Expectation{"Setup", quiet("setup = true"),
                                                     and_control({"setup go.microsoft.com:443 tls-connect",
                                                                  "setup www.microsoft.com:443 tls-connect"})},
                                         Expectation{
                                             "PrivateLinkWithARelay",
                                             "factory = \"contoso\"\nregion = \"eastus\"\nprivate_link = true",
                                             {"control contoso.eastus.datafactory.azure.net:443 tls-connect private",
                                              "relay *.servicebus.windows.net:443 wss-connect public",
                                              "update download.microsoft.com:443 tls-connect public"}}),
                         name_of);

TEST(FactoryNames, InUpperCaseNeedTheSame) {
  EXPECT_EQ(lines_of(factory_of("factory = \"CONTOSO\"\nregion = \"EastUS\"")),
            lines_of(factory_of("factory = \"contoso\"\nregion = \"eastus\"")));
}

}  // namespace
}  // namespace shirgate::test
