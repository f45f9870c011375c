#include "policy/adf/factory.hpp"

#include <algorithm>
#include <array>

#include "policy/adf/names.hpp"

namespace shirgate::adf {
namespace {

using F = Factory;
using Words = std::array<std::string_view, 3>;

constexpr Words products{"adf", "synapse", "purview"};
constexpr Words clouds{"public", "usgov", "china"};
constexpr std::array<std::string_view, 2> key_forms{"fqdn", "legacy"};
constexpr std::array<std::string_view, 2> storage_endpoints{"standard", "dnszone"};
constexpr Words sql_uses{"none", "source", "sink"};
constexpr Words sql_routes{"proxy", "redirect-public", "redirect-private"};

constexpr std::span<const std::string_view> any{};

const std::array table{
    InputRow{"product", "product", &F::product, products, nullptr, "whose integration runtime it is"},
    InputRow{"factory", "factory", &F::name, any, check_factory_name, "the factory's name"},
    InputRow{"region", "region", &F::region, any, check_region, "its region as ARM writes it, like westeurope"},
    InputRow{"cloud", "cloud", &F::cloud, clouds, nullptr, "which Azure"},
    InputRow{"key_form", "key_form", &F::key_form, key_forms, nullptr,
             "fqdn when the IR key holds ServiceEndpoint=, legacy when it does not"},
    InputRow{"frontend_code", "frontend_code", &F::frontend_code, any, check_frontend_code,
             "the region's code in legacy host names, like eu"},
    InputRow{"auto_update", "auto_update", &F::auto_update, any, nullptr, "the runtime updates itself"},
    InputRow{"scia", "interactive_authoring", &F::interactive_authoring, any, nullptr,
             "relay, self-contained (the input: scia = true) or off (no input: neither travels)"},
    InputRow{"local_credentials", "local_credentials", &F::local_credentials, any, nullptr,
             "a linked service keeps its secret on the node"},
    InputRow{"relay_fqdns", "relay_hosts", &F::relay_hosts, any, check_relay_host,
             "the hosts of \"View Service URLs\"; they replace the relay wildcard"},
    InputRow{"staged_copy", "staged_copy", &F::staged_copy, any, nullptr,
             "copies go through a staging account; implied by staging_accounts"},
    InputRow{"staging_account", "staging_accounts", &F::staging_accounts, any, check_storage_account,
             "storage accounts of staged copy"},
    InputRow{"blob", "blob", &F::blob, any, nullptr, "Blob storage is a source or sink"},
    InputRow{"adls_gen2", "adls_gen2", &F::adls_gen2, any, nullptr, "Data Lake Storage Gen2 is a source or sink"},
    InputRow{"adls_gen1", "adls_gen1", &F::adls_gen1, any, nullptr, "Data Lake Storage Gen1 is a source or sink"},
    InputRow{"storage_account", "storage_accounts", &F::storage_accounts, any, check_storage_account,
             "accounts that are sources or sinks"},
    InputRow{"storage_endpoint", "storage_endpoint", &F::storage_endpoint, storage_endpoints, nullptr,
             "dnszone for accounts with DNS-zone endpoints"},
    InputRow{"storage_zone", "storage_zone", &F::storage_zone, any, check_storage_zone, "their zone, z00 to z99"},
    InputRow{"sql", "sql", &F::sql, sql_uses, nullptr, "Azure SQL as source or sink"},
    InputRow{"sql_server", "sql_servers", &F::sql_servers, any, check_sql_server, "names of Azure SQL servers"},
    InputRow{"sql_route", "sql_route", &F::sql_route, sql_routes, nullptr, "the servers' connection policy"},
    InputRow{"synapse_sql", "synapse_sql", &F::synapse_sql, any, nullptr,
             "Synapse SQL endpoints are a source or sink; implied by synapse_workspaces"},
    InputRow{"synapse_workspace", "synapse_workspaces", &F::synapse_workspaces, any, check_synapse_workspace,
             "names of Synapse workspaces"},
    InputRow{"key_vault", "key_vault", &F::key_vault, any, nullptr,
             "secrets are kept in Key Vault; implied by key_vaults"},
    InputRow{"vault", "key_vaults", &F::key_vaults, any, check_key_vault, "names of key vaults"},
    InputRow{"entra_auth", "entra_auth", &F::entra_auth, any, nullptr,
             "a linked service signs in from the node with Microsoft Entra ID"},
    InputRow{"private_link", "private_link", &F::private_link, any, nullptr,
             "the input: true or false; the key: channel = [ranges] the channel must resolve to"},
    InputRow{"revocation", "revocation", &F::revocation, any, nullptr,
             "certificate chains and revocation lists over plain HTTP"},
    InputRow{"portal", "portal", &F::portal, any, nullptr, "people use the portal from here"},
    InputRow{"setup", "setup", &F::setup, any, nullptr, "the installer's hosts; for the day of the installation"},
    InputRow{"ha", "ha", &F::ha, any, nullptr, "two or more nodes"},
    InputRow{"remote_access", "remote_access", &F::remote_access, any, nullptr,
             "remote access from the intranet is on"},
    InputRow{"purview", "purview", &F::purview, any, check_purview_account, "the Purview account"},
    InputRow{"managed_storage", "managed_storage", &F::managed_storage, any, check_storage_account,
             "Purview's managed storage account"},
};

}  // namespace

std::span<const InputRow> input_table() { return table; }

const InputRow* find_input(std::string_view input) {
  const auto* found = std::find_if(table.begin(), table.end(), [&](const InputRow& row) { return row.input == input; });
  return found == table.end() ? nullptr : &*found;
}

Texts values_of(std::string_view placeholder, const Factory& factory) {
  if (placeholder == "relay_fqdn") return factory.relay_hosts;
  const auto* row = find_input(placeholder);
  if (row == nullptr) return {};
  if (const auto* list = std::get_if<Texts Factory::*>(&row->field)) return factory.*(*list);
  const auto* text = std::get_if<std::string Factory::*>(&row->field);
  if (text == nullptr || (factory.*(*text)).empty()) return {};
  return {factory.*(*text)};
}

}  // namespace shirgate::adf
