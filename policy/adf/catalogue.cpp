#include "policy/adf/catalogue.hpp"

#include <algorithm>

namespace shirgate::adf {
namespace {

constexpr std::array rows{
    CatalogueRow{"ctl-fqdn-public", "control", "{factory}.{region}.datafactory.azure.net", "", 443, Protocol::tls,
                 "public", Fact::factory_key, true, false, "Registration, heartbeat, job dispatch and status",
                 "Microsoft Learn: Create a self-hosted integration runtime; Security considerations, firewall table"},
    CatalogueRow{"relay-public", "relay", "*.servicebus.windows.net", "{relay_host}", 443, Protocol::tls, "public",
                 Fact::relay_authoring, false, true, "Interactive authoring and credential push over Azure Relay",
                 "Microsoft Learn: Create a self-hosted integration runtime, Get URL of Azure Relay"},
    CatalogueRow{"upd-download", "update", "download.microsoft.com", "", 443, Protocol::tls, "all", Fact::auto_update,
                 false, false, "Fetches new versions of the integration runtime",
                 "Microsoft Learn: Self-hosted integration runtime auto-update"},
    CatalogueRow{"staged-public", "staging", "*.core.windows.net", "{staging_account}.blob.core.windows.net", 443,
                 Protocol::tls, "public", Fact::staged_copy, true, false,
                 "The storage account that staged copy goes through",
                 "Microsoft Learn: Copy activity performance features, staged copy"},
    CatalogueRow{"kv-public", "keyvault", "*.vault.azure.net", "{key_vault}.vault.azure.net", 443, Protocol::tls,
                 "public", Fact::key_vault, true, false, "Secrets that linked services take from Azure Key Vault",
                 "Microsoft Learn: Store credentials in Azure Key Vault"},
    CatalogueRow{"entra-public", "identity", "login.microsoftonline.com", "", 443, Protocol::tls, "public",
                 Fact::entra_auth, false, false, "Tokens of Microsoft Entra ID",
                 "Microsoft Learn: Security considerations for data movement, firewall table"},
};

constexpr std::array<std::string_view, 19> shared_suffixes{"servicebus.windows.net",
                                                           "core.windows.net",
                                                           "database.windows.net",
                                                           "vault.azure.net",
                                                           "azurewebsites.net",
                                                           "documents.azure.com",
                                                           "azurefd.net",
                                                           "trafficmanager.net",
                                                           "cloudapp.azure.com",
                                                           "cloudapp.net",
                                                           "azureedge.net",
                                                           "azure-api.net",
                                                           "azurecr.io",
                                                           "azuresynapse.net",
                                                           "storage.azure.net",
                                                           "azuredatalakestore.net",
                                                           "redis.cache.windows.net",
                                                           "search.windows.net",
                                                           "azuredatabricks.net"};

constexpr Catalogue builtin{"2026-11-21", rows};

}  // namespace

const Catalogue& builtin_catalogue() { return builtin; }

std::span<const std::string_view> shared_tenant_suffixes() { return shared_suffixes; }

bool is_at_or_under(std::string_view name, std::string_view suffix) {
  return name == suffix || (name.ends_with(suffix) && name[name.size() - suffix.size() - 1] == '.');
}

std::string_view shared_tenant_suffix_of(const HostPattern& pattern) {
  if (!pattern.is_wildcard()) return {};
  // Either the wildcard lies under the suffix, or it is so broad that the suffix lies under it.
  const auto found = std::find_if(shared_suffixes.begin(), shared_suffixes.end(), [&](std::string_view suffix) {
    return is_at_or_under(pattern.name(), suffix) || is_at_or_under(suffix, pattern.name());
  });
  return found == shared_suffixes.end() ? std::string_view{} : *found;
}

}  // namespace shirgate::adf
