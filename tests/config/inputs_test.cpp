// Each input of the derivation, in the catalogue's spelling and as a key of [[runtime]]: both must mean the same.
#include "derived.hpp"

namespace shirgate::test {
namespace {

struct InputCase {
  std::string input;
  std::string key;
  std::string inputs;  ///< in the catalogue's spelling; "$" stands for the base
  std::string keys;    ///< the same as keys of [[runtime]]
};

void PrintTo(const InputCase& item, std::ostream* out) { *out << item.input; }

/// A factory that needs nothing but its control channel.
constexpr std::string_view base_inputs =
    "factory = \"contoso-prod\"\nregion = \"westeurope\"\nauto_update = false\nscia = true\n";
constexpr std::string_view base_keys =
    "factory = \"contoso-prod\"\nregion = \"westeurope\"\nauto_update = false\n"
    "interactive_authoring = \"self-contained\"\n";

std::string on_base(std::string text, std::string_view base) {
  if (text.starts_with('$')) text.replace(0, 1, base);
  return text;
}

const std::vector<InputCase> cases{
    {"product", "product", "$product = \"synapse\"", "$product = \"synapse\""},
    {"factory", "factory", "factory = \"Other\"\nregion = \"eastus\"\nauto_update = false\nscia = true",
     "factory = \"Other\"\nregion = \"eastus\"\nauto_update = false\ninteractive_authoring = \"self-contained\""},
    {"region", "region", "factory = \"other\"\nregion = \"uksouth\"\nauto_update = false\nscia = true",
     "factory = \"other\"\nregion = \"uksouth\"\nauto_update = false\ninteractive_authoring = \"self-contained\""},
    {"cloud", "cloud",
     "cloud = \"china\"\nfactory = \"f-1\"\nregion = \"chinaeast2\"\nauto_update = false\nscia = true",
     "cloud = \"china\"\nfactory = \"f-1\"\nregion = \"chinaeast2\"\nauto_update = false\n"
     "interactive_authoring = \"self-contained\""},
    {"key_form", "key_form", "$key_form = \"legacy\"", "$key_form = \"legacy\""},
    {"frontend_code", "frontend_code", "$key_form = \"legacy\"\nfrontend_code = \"we\"",
     "$key_form = \"legacy\"\nfrontend_code = \"we\""},
    {"auto_update", "auto_update", "factory = \"f-1\"\nregion = \"eastus\"\nscia = true\nauto_update = true",
     "factory = \"f-1\"\nregion = \"eastus\"\ninteractive_authoring = \"self-contained\"\nauto_update = true"},
    {"scia", "interactive_authoring", "factory = \"f-1\"\nregion = \"eastus\"\nauto_update = false\nscia = false",
     "factory = \"f-1\"\nregion = \"eastus\"\nauto_update = false\ninteractive_authoring = \"relay\"\n"
     "multi_tenant_ack = { relay = \"CHG-1\" }"},
    {"local_credentials", "local_credentials", "$local_credentials = true",
     "$local_credentials = true\nmulti_tenant_ack = { relay = \"CHG-1\" }"},
    {"relay_fqdns", "relay_hosts",
     "$local_credentials = true\nrelay_fqdns = [\"a1.servicebus.windows.net\", \"B2.servicebus.windows.net\"]",
     "$local_credentials = true\nrelay_hosts = [\"a1.servicebus.windows.net\", \"B2.servicebus.windows.net\"]"},
    {"staged_copy", "staged_copy", "$staged_copy = true",
     "$staged_copy = true\nmulti_tenant_ack = { staged = \"CHG-1\" }"},
    {"staging_account", "staging_accounts", "$staged_copy = true\nstaging_account = \"stage1\"",
     "$staging_accounts = [\"stage1\"]"},
    {"blob", "blob", "$blob = true", "$blob = true\nmulti_tenant_ack = { data-storage = \"CHG-1\" }"},
    {"adls_gen2", "adls_gen2", "$adls_gen2 = true",
     "$adls_gen2 = true\nmulti_tenant_ack = { data-storage = \"CHG-1\" }"},
    {"adls_gen1", "adls_gen1", "$adls_gen1 = true",
     "$adls_gen1 = true\nmulti_tenant_ack = { data-storage = \"CHG-1\" }"},
    {"storage_account", "storage_accounts", "$blob = true\nstorage_account = \"lake1\"",
     "$blob = true\nstorage_accounts = [\"lake1\"]"},
    {"storage_endpoint", "storage_endpoint", "$blob = true\nstorage_endpoint = \"dnszone\"",
     "$blob = true\nstorage_endpoint = \"dnszone\"\nmulti_tenant_ack = { data-storage = \"CHG-1\" }"},
    {"storage_zone", "storage_zone",
     "$blob = true\nstorage_endpoint = \"dnszone\"\nstorage_account = \"lake1\"\nstorage_zone = \"z05\"",
     "$blob = true\nstorage_endpoint = \"dnszone\"\nstorage_accounts = [\"lake1\"]\nstorage_zone = \"z05\""},
    {"sql", "sql", "$sql = \"source\"", "$sql = \"source\"\nmulti_tenant_ack = { data-sql = \"CHG-1\" }"},
    {"sql_server", "sql_servers", "$sql = \"sink\"\nsql_server = \"sql1\"",
     "$sql = \"sink\"\nsql_servers = [\"sql1\"]"},
    {"sql_route", "sql_route", "$sql = \"sink\"\nsql_server = \"sql1\"\nsql_route = \"redirect-private\"",
     "$sql = \"sink\"\nsql_servers = [\"sql1\"]\nsql_route = \"redirect-private\""},
    {"synapse_sql", "synapse_sql", "$synapse_sql = true",
     "$synapse_sql = true\nmulti_tenant_ack = { data-sql = \"CHG-1\" }"},
    {"synapse_workspace", "synapse_workspaces", "$synapse_sql = true\nsynapse_workspace = \"ws1\"",
     "$synapse_workspaces = [\"ws1\"]"},
    {"key_vault", "key_vault", "$key_vault = true", "$key_vault = true\nmulti_tenant_ack = { keyvault = \"CHG-1\" }"},
    {"vault", "key_vaults", "$key_vault = true\nvault = \"kv1\"", "$key_vaults = [\"kv1\"]"},
    {"entra_auth", "entra_auth", "$entra_auth = true", "$entra_auth = true"},
    {"private_link", "private_link", "$private_link = true", "$private_link = { control = [\"10.30.0.4/32\"] }"},
    {"revocation", "revocation", "$revocation = true", "$revocation = true"},
    {"portal", "portal", "$portal = true", "$portal = true"},
    {"setup", "setup", "$setup = true", "$setup = true"},
    {"ha", "ha", "$ha = true", "$ha = true"},
    {"remote_access", "remote_access", "$remote_access = true", "$remote_access = true"},
    {"purview", "purview", "$product = \"purview\"\npurview = \"pv-1\"\nmanaged_storage = \"scan1\"",
     "$product = \"purview\"\npurview = \"pv-1\"\nmanaged_storage = \"scan1\""},
    {"managed_storage", "managed_storage", "$product = \"purview\"\npurview = \"pv-1\"\nmanaged_storage = \"scan2\"",
     "$product = \"purview\"\npurview = \"pv-1\"\nmanaged_storage = \"scan2\""},
};

class Input : public testing::TestWithParam<InputCase> {};

TEST_P(Input, HasItsKeyInTheTable) {
  const auto* row = adf::find_input(GetParam().input);
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->key, GetParam().key);
}

TEST_P(Input, MeansTheSameInEitherSpelling) {
  const auto& item = GetParam();
  const auto inputs = lines_of(factory_of(on_base(item.inputs, base_inputs)));
  const auto config = loaded(runtime_text(on_base(item.keys, base_keys)));
  ASSERT_EQ(config.factories.size(), 1U);
  EXPECT_EQ(lines_of(config.factories.front()), inputs);
  EXPECT_NE(inputs, lines_of(factory_of(base_inputs))) << "the input does nothing";
}

TEST_P(Input, IsNoKeyOfTheOtherSpelling) {
  const auto& item = GetParam();
  if (item.input == item.key) return;  // one spelling
  const auto as_key = all_of(mistakes_in(runtime_text(std::string(base_keys) + item.input + " = true")));
  EXPECT_NE(as_key.find("has no key '" + item.input + "'"), std::string::npos) << as_key;
  const auto as_input = load_inputs(std::string(base_inputs) + item.key + " = true", "inputs", real());
  ASSERT_TRUE(as_input.has_error());
  EXPECT_NE(all_of(as_input.error()).find("has no key '" + item.key + "'"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, Input, testing::ValuesIn(cases), [](const auto& one) { return one.param.input; });

TEST(Inputs, AreThirtyFourAndEachHasItsCase) {
  std::set<std::string> tried;
  for (const auto& item : cases) tried.insert(item.input);
  std::set<std::string> known;
  for (const auto& row : adf::input_table()) known.insert(std::string(row.input));
  EXPECT_EQ(tried, known);
  EXPECT_EQ(known.size(), 34U);
}

TEST(Inputs, TakeAnEmptyTextForAnUnknownValue) {
  EXPECT_EQ(lines_of(factory_of(std::string(base_inputs) + "key_vault = true\nvault = \"\"")),
            lines_of(factory_of(std::string(base_inputs) + "key_vault = true")));
}

TEST(Inputs, MayTurnInteractiveAuthoringOffInAConfigurationOnly) {
  const auto config = loaded(runtime_text(
      "factory = \"contoso-prod\"\nregion = \"westeurope\"\nauto_update = false\ninteractive_authoring = \"off\""));
  EXPECT_EQ(lines_of(config.factories.front()), lines_of(factory_of(base_inputs)));
}

TEST(Inputs, ImplyTheUseOfWhatTheyName) {
  const auto config =
      loaded(runtime_text(std::string(base_keys) + "staging_accounts = [\"s11\"]\nkey_vaults = [\"kv1\"]\n"
                                                   "synapse_workspaces = [\"ws1\"]"));
  const auto& factory = config.factories.front();
  EXPECT_TRUE(factory.staged_copy);
  EXPECT_TRUE(factory.key_vault);
  EXPECT_TRUE(factory.synapse_sql);
}

}  // namespace
}  // namespace shirgate::test
