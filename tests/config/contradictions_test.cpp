// What can't all be true of one factory: refused in both spellings, in the words of the spelling, at the key it is
// about.
#include "derived.hpp"

namespace shirgate::test {
namespace {

struct Contradiction {
  const char* name;
  std::string inputs;  ///< in the catalogue's spelling
  std::string keys;    ///< in the configuration's; the line to complain at ends in "#!"
  const char* says_of_inputs;
  const char* says_of_keys;
};

void PrintTo(const Contradiction& item, std::ostream* out) { *out << item.name; }

std::string with_base(const std::string& text) {
  return text.starts_with('$') ? "factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\n" + text.substr(1)
                               : text;
}

class Contradicted : public testing::TestWithParam<Contradiction> {};

TEST_P(Contradicted, IsRefusedInTheSpellingOfTheCatalogue) {
  const auto factory = load_inputs(with_base(GetParam().inputs), "inputs", real());
  ASSERT_TRUE(factory.has_error());
  ASSERT_EQ(factory.error().size(), 1U) << all_of(factory.error());
  EXPECT_EQ(factory.error()[0].text, "inputs: " + std::string(GetParam().says_of_inputs));
}

TEST_P(Contradicted, IsRefusedInTheSpellingOfTheConfiguration) {
  auto text = runtime_text(with_base(GetParam().keys));
  if (text.find("#!") == std::string::npos) text.replace(text.find("[[runtime]]"), 11, "[[runtime]] #!");
  const auto found = mistakes_in(text);
  ASSERT_EQ(found.size(), 1U) << all_of(found) << text;
  EXPECT_EQ(found[0].text, "[[runtime]] " + std::string(GetParam().says_of_keys));
  EXPECT_EQ(found[0].line, marked_line(text)) << all_of(found) << text;
}

std::string name_of(const testing::TestParamInfo<Contradiction>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Keys, Contradicted,
    testing::Values(
        Contradiction{"NoFactory", "region = \"eastus\"", "region = \"eastus\"",
                      "factory is needed: the control channel's host begins with it",
                      "factory is needed: the control channel's host begins with it"},
        Contradiction{"NoRegion", "factory = \"contoso\"", "factory = \"contoso\"",
                      "region is needed: the control channel's host names it",
                      "region is needed: the control channel's host names it"},
        Contradiction{
            "CodeWithAFactoryKey", "$frontend_code = \"eu\"", "$frontend_code = \"eu\" #!",
            "frontend_code is for keys without a factory endpoint; remove it, or write key_form = \"legacy\"",
            "frontend_code is for keys without a factory endpoint; remove it, or write key_form = \"legacy\""},
        Contradiction{
            "EndpointWithARegionalKey", "$key_form = \"legacy\"\nprivate_link = true",
            "$key_form = \"legacy\"\nprivate_link = { control = [\"10.30.0.4\"] } #!",
            "private_link does not reach this control channel: Private Link is for Data Factory keys that name "
            "the factory's own endpoint; remove it, or register the node again with such a key and write "
            "key_form = \"fqdn\"",
            "private_link does not reach this control channel: Private Link is for Data Factory keys that name "
            "the factory's own endpoint; remove it, or register the node again with such a key and write "
            "key_form = \"fqdn\""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Regions, Contradicted,
    testing::Values(
        Contradiction{"OfAnotherCloud", "factory = \"contoso\"\nregion = \"usgovvirginia\"",
                      "factory = \"contoso\"\nregion = \"usgovvirginia\" #!",
                      "region 'usgovvirginia' belongs to cloud = \"usgov\"",
                      "region 'usgovvirginia' belongs to cloud = \"usgov\""},
        Contradiction{"OfThePublicCloud", "cloud = \"china\"\nfactory = \"contoso\"\nregion = \"eastus\"",
                      "cloud = \"china\"\nfactory = \"contoso\"\nregion = \"eastus\" #!",
                      "region 'eastus' belongs to cloud = \"public\"", "region 'eastus' belongs to cloud = \"public\""},
        Contradiction{"Mistyped", "factory = \"contoso\"\nregion = \"westeurop\"",
                      "factory = \"contoso\"\nregion = \"westeurop\" #!",
                      "'westeurop' is no region of this cloud; did you mean 'westeurope'?",
                      "'westeurop' is no region of this cloud; did you mean 'westeurope'?"},
        Contradiction{"Unheard", "factory = \"contoso\"\nregion = \"atlantiszzzz\"",
                      "factory = \"contoso\"\nregion = \"atlantiszzzz\" #!",
                      "'atlantiszzzz' is no region of this cloud as ARM writes them, like 'australiacentral'; a newer "
                      "catalogue may know it",
                      "'atlantiszzzz' is no region of this cloud as ARM writes them, like 'australiacentral'; a newer "
                      "catalogue may know it"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Products, Contradicted,
    testing::Values(
        Contradiction{"PurviewElsewhere",
                      "product = \"purview\"\ncloud = \"usgov\"\npurview = \"pv1\"\nmanaged_storage = \"scan1\"",
                      "product = \"purview\" #!\ncloud = \"usgov\"\npurview = \"pv1\"\nmanaged_storage = \"scan1\"",
                      "no document lists Purview's hosts outside the public cloud",
                      "no document lists Purview's hosts outside the public cloud"},
        Contradiction{"PurviewWithoutAccount", "product = \"purview\"\nmanaged_storage = \"scan1\"",
                      "product = \"purview\"\nmanaged_storage = \"scan1\"",
                      "purview is needed: Purview's host begins with it",
                      "purview is needed: Purview's host begins with it"},
        Contradiction{"PurviewWithoutStorage", "product = \"purview\"\npurview = \"pv1\"",
                      "product = \"purview\"\npurview = \"pv1\"",
                      "managed_storage is needed: Purview's ingestion account",
                      "managed_storage is needed: Purview's ingestion account"},
        Contradiction{"AccountOfAnotherProduct", "$purview = \"pv1\"", "$purview = \"pv1\" #!",
                      "purview needs product = \"purview\"", "purview needs product = \"purview\""},
        Contradiction{"StorageOfAnotherProduct", "$managed_storage = \"scan1\"", "$managed_storage = \"scan1\" #!",
                      "managed_storage needs product = \"purview\"", "managed_storage needs product = \"purview\""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Relay, Contradicted,
    testing::Values(
        Contradiction{"PinsWithoutRelay", "$scia = true\nrelay_fqdns = [\"r1.servicebus.windows.net\"]",
                      "$interactive_authoring = \"self-contained\"\nrelay_hosts = [\"r1.servicebus.windows.net\"] #!",
                      "relay_fqdns says which relay to use and scia says that none is; keep one",
                      "relay_hosts says which relay to use and interactive_authoring says that none is; keep one"},
        Contradiction{"PinElsewhere", "$relay_fqdns = [\"r1.contoso.example\"]",
                      "$relay_hosts = [\"r1.contoso.example\"] #!",
                      "relay_fqdns: 'r1.contoso.example' is not below servicebus.windows.net",
                      "relay_hosts: 'r1.contoso.example' is not below servicebus.windows.net"},
        Contradiction{"PinOfALookAlike", "$relay_fqdns = [\"evilservicebus.windows.net\"]",
                      "$relay_hosts = [\"evilservicebus.windows.net\"] #!",
                      "relay_fqdns: 'evilservicebus.windows.net' is not below servicebus.windows.net",
                      "relay_hosts: 'evilservicebus.windows.net' is not below servicebus.windows.net"},
        Contradiction{"PinIsTheSuffix", "$relay_fqdns = [\"servicebus.windows.net\"]",
                      "$relay_hosts = [\"servicebus.windows.net\"] #!",
                      "relay_fqdns: 'servicebus.windows.net' is not below servicebus.windows.net",
                      "relay_hosts: 'servicebus.windows.net' is not below servicebus.windows.net"},
        Contradiction{"PinOfAnotherCloud",
                      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\n"
                      "relay_fqdns = [\"r1.servicebus.windows.net\"]",
                      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\n"
                      "relay_hosts = [\"r1.servicebus.windows.net\"] #!",
                      "relay_fqdns: 'r1.servicebus.windows.net' is not below servicebus.usgovcloudapi.net",
                      "relay_hosts: 'r1.servicebus.windows.net' is not below servicebus.usgovcloudapi.net"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Storage, Contradicted,
    testing::Values(
        Contradiction{"AccountWithoutStagedCopy", "$scia = true\nstaging_account = \"stage1\"",
                      "$interactive_authoring = \"off\"\nstaged_copy = false\nstaging_accounts = [\"stage1\"] #!",
                      "staging_account names an account for staged copy and staged_copy is false; keep one",
                      "staging_accounts names an account for staged copy and staged_copy is false; keep one"},
        Contradiction{"AccountWithoutUse", "$storage_account = \"lake1\"", "$storage_accounts = [\"lake1\"] #!",
                      "storage_account needs blob = true or adls_gen2 = true: as what are the accounts used?",
                      "storage_accounts needs blob = true or adls_gen2 = true: as what are the accounts used?"},
        Contradiction{"ZoneOfAStandardEndpoint", "$blob = true\nstorage_zone = \"z05\"",
                      "$blob = true\nstorage_zone = \"z05\" #!", "storage_zone needs storage_endpoint = \"dnszone\"",
                      "storage_zone needs storage_endpoint = \"dnszone\""},
        Contradiction{"ZonesForNothing", "$storage_endpoint = \"dnszone\"", "$storage_endpoint = \"dnszone\" #!",
                      "storage_endpoint = \"dnszone\" says how accounts are named, and nothing uses an account",
                      "storage_endpoint = \"dnszone\" says how accounts are named, and nothing uses an account"},
        Contradiction{"ZonedDataLake", "$blob = true\nadls_gen2 = true\nstorage_endpoint = \"dnszone\"",
                      "$blob = true\nstorage_endpoint = \"dnszone\"\nadls_gen2 = true #!",
                      "adls_gen2: no document gives Data Lake hosts on DNS-zone endpoints",
                      "adls_gen2: no document gives Data Lake hosts on DNS-zone endpoints"},
        Contradiction{"ZonesElsewhere",
                      "cloud = \"china\"\nfactory = \"contoso\"\nregion = \"chinaeast2\"\nblob = true\n"
                      "storage_endpoint = \"dnszone\"",
                      "cloud = \"china\"\nfactory = \"contoso\"\nregion = \"chinaeast2\"\nblob = true\n"
                      "storage_endpoint = \"dnszone\" #!",
                      "storage_endpoint = \"dnszone\" exists in the public cloud only",
                      "storage_endpoint = \"dnszone\" exists in the public cloud only"},
        Contradiction{"OldDataLakeElsewhere",
                      "cloud = \"china\"\nfactory = \"contoso\"\nregion = \"chinaeast2\"\nadls_gen1 = true",
                      "cloud = \"china\"\nfactory = \"contoso\"\nregion = \"chinaeast2\"\nadls_gen1 = true #!",
                      "adls_gen1 exists in the public cloud only", "adls_gen1 exists in the public cloud only"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    SqlAndVaults, Contradicted,
    testing::Values(
        Contradiction{"ServerWithoutSql", "$sql_server = \"sql1\"", "$sql_servers = [\"sql1\"] #!",
                      "sql_server needs sql = \"source\" or \"sink\"",
                      "sql_servers needs sql = \"source\" or \"sink\""},
        Contradiction{"RouteWithoutSql", "$sql_route = \"redirect-public\"", "$sql_route = \"redirect-public\" #!",
                      "sql_route needs sql = \"source\" or \"sink\"", "sql_route needs sql = \"source\" or \"sink\""},
        Contradiction{"RouteElsewhere",
                      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\nsql = \"source\"\n"
                      "sql_route = \"redirect-public\"",
                      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\nsql = \"source\"\n"
                      "sql_route = \"redirect-public\" #!",
                      "sql_route: redirection is documented for the public cloud only",
                      "sql_route: redirection is documented for the public cloud only"},
        Contradiction{"WorkspaceWithoutSynapse", "$synapse_workspace = \"ws1\"",
                      "$synapse_sql = false\nsynapse_workspaces = [\"ws1\"] #!",
                      "synapse_workspace needs synapse_sql = true", "synapse_workspaces needs synapse_sql = true"},
        Contradiction{"SynapseElsewhere",
                      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\nsynapse_sql = true",
                      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\nsynapse_sql = true #!",
                      "no document lists Synapse SQL's hosts outside the public cloud",
                      "no document lists Synapse SQL's hosts outside the public cloud"},
        Contradiction{"VaultWithoutKeyVault", "$vault = \"kv1\"", "$key_vault = false\nkey_vaults = [\"kv1\"] #!",
                      "vault names vaults and key_vault is false; keep one",
                      "key_vaults names vaults and key_vault is false; keep one"}),
    name_of);

TEST(Contradictions, OfOneFactoryAreAllTold) {
  const auto found = load_inputs("sql_server = \"sql1\"\nvault = \"kv1\"\nstorage_zone = \"z05\"", "inputs", real());
  ASSERT_TRUE(found.has_error());
  EXPECT_EQ(found.error().size(), 5U) << all_of(found.error()) << "those three, and factory and region";
}

TEST(Contradictions, AreNotTheConsequenceOfAnotherMistake) {
  const auto found = load_inputs("factory = \"a.b\"\nregion = \"eastus\"", "inputs", real());
  ASSERT_TRUE(found.has_error());
  EXPECT_EQ(found.error().size(), 1U) << all_of(found.error()) << "a factory that is no name is not called missing";
}

// The catalogue's own examples show the wildcard for an account whose zone is unknown; who names an account in a
// configuration means that account.
TEST(StorageZone, IsNeededOnceAConfigurationNamesAnAccount) {
  const std::string keys =
      "factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\ninteractive_authoring = \"off\"\n"
      "blob = true\nstorage_accounts = [\"lake1\"]\nstorage_endpoint = \"dnszone\"\n";
  const auto found = all_of(mistakes_in(runtime_text(keys)));
  EXPECT_NE(found.find("storage_zone is needed: without it the accounts' hosts are not known"), std::string::npos)
      << found;
  EXPECT_EQ(all_of(mistakes_in(runtime_text(keys + "storage_zone = \"z05\""))), "");
}

TEST(RelayPins, OfLocalCredentialsAreForTheCloudWhereTheyAreDocumented) {
  const auto found = load_inputs(
      "cloud = \"usgov\"\nfactory = \"contoso\"\nregion = \"usgovtexas\"\nscia = true\n"
      "local_credentials = true\nrelay_fqdns = [\"r1.servicebus.usgovcloudapi.net\"]",
      "inputs", real());
  ASSERT_TRUE(found.has_error()) << "the pin would open nothing";
  EXPECT_NE(all_of(found.error()).find("relay_fqdns says which relay to use and scia says that none is"),
            std::string::npos);
}

std::string with_gateways(std::string_view lines) {
  return runtime_text("factory = \"contoso\"\nauto_update = false\nrelay_gateways = true\n" + std::string(lines));
}

TEST(RelayGatewaysKey, NeedsPinsToAddTo) {
  const auto found = all_of(mistakes_in(with_gateways("region = \"eastus\"\nmulti_tenant_ack = { relay = \"T\" }")));
  EXPECT_NE(found.find("relay_gateways adds hosts to relay_hosts, which is empty: the wildcard has them already"),
            std::string::npos)
      << found;
}

TEST(RelayGatewaysKey, IsForTheCloudWhoseGatewaysAreKnown) {
  EXPECT_EQ(all_of(mistakes_in(with_gateways("region = \"eastus\"\nrelay_hosts = [\"r1.servicebus.windows.net\"]"))),
            "");
  const auto found = all_of(mistakes_in(with_gateways(
      "cloud = \"usgov\"\nregion = \"usgovtexas\"\nrelay_hosts = [\"r1.servicebus.usgovcloudapi.net\"]")));
  EXPECT_NE(found.find("relay_gateways: no document lists the relay's gateways in this cloud"), std::string::npos)
      << found << "the key would open nothing";
}

TEST(Regions, AreExplainedWhereSomebodyWritesWhatThePortalShows) {
  const auto found = all_of(mistakes_in(runtime_text("factory = \"contoso\"\nregion = \"West Europe\"")));
  EXPECT_NE(found.find("'West Europe' is not a region name; write it as ARM does, like 'westeurope'"),
            std::string::npos)
      << found;
}

}  // namespace
}  // namespace shirgate::test
