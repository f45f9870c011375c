#include "policy/adf/fact.hpp"

#include <array>

#include "policy/adf/factory.hpp"

namespace shirgate::adf {
namespace {

using F = const Factory&;

bool has_factory_key(F f) { return f.kind == RuntimeKind::shir && f.product == "adf" && f.key_form == "fqdn"; }
bool has_direct_sql(F f) { return f.sql != "none" && !(f.staged_copy && f.sql == "sink"); }

constexpr std::array table{
    FactRow{Fact::factory_key, "factory_key", has_factory_key, "the IR key names the factory's own endpoint"},
    FactRow{Fact::regional_key, "regional_key", [](F f) { return f.kind == RuntimeKind::shir && !has_factory_key(f); },
            "the IR key names no endpoint, or the runtime belongs to Synapse or Purview"},
    FactRow{Fact::relay_authoring, "relay_authoring", [](F f) { return f.interactive_authoring == Authoring::relay; },
            "interactive authoring travels over Azure Relay"},
    FactRow{Fact::self_contained_authoring, "self_contained_authoring",
            [](F f) { return f.interactive_authoring == Authoring::self_contained; },
            "interactive authoring travels in the control channel"},
    FactRow{Fact::local_credentials, "local_credentials", [](F f) { return f.local_credentials; },
            "a linked service keeps its secret on the node"},
    FactRow{Fact::relay_gateways, "relay_gateways", [](F f) { return f.relay_gateways; },
            "the relay's gateway hosts are allowed although relay_hosts pins others"},
    FactRow{Fact::auto_update, "auto_update", [](F f) { return f.auto_update; }, "the runtime updates itself"},
    FactRow{Fact::setup, "setup", [](F f) { return f.setup; }, "the runtime is being installed"},
    FactRow{Fact::staged_copy, "staged_copy", [](F f) { return f.staged_copy; }, "copies go through a staging account"},
    FactRow{Fact::blob, "blob", [](F f) { return f.blob; }, "Blob storage is a source or sink"},
    FactRow{Fact::adls_gen2, "adls_gen2", [](F f) { return f.adls_gen2; },
            "Data Lake Storage Gen2 is a source or sink"},
    FactRow{Fact::adls_gen1, "adls_gen1", [](F f) { return f.adls_gen1; },
            "Data Lake Storage Gen1 is a source or sink"},
    FactRow{Fact::standard_storage, "standard_storage", [](F f) { return f.storage_endpoint == "standard"; },
            "the storage accounts have the usual endpoints"},
    FactRow{Fact::dns_zone_storage, "dns_zone_storage", [](F f) { return f.storage_endpoint == "dnszone"; },
            "the storage accounts have DNS-zone endpoints"},
    FactRow{Fact::direct_sql, "direct_sql", has_direct_sql,
            "SQL is read or written directly: not a sink behind a staged copy"},
    FactRow{Fact::redirect_public, "redirect_public", [](F f) { return f.sql_route == "redirect-public"; },
            "the SQL server redirects to its nodes"},
    FactRow{Fact::redirect_private, "redirect_private", [](F f) { return f.sql_route == "redirect-private"; },
            "the SQL server redirects behind its private endpoint"},
    FactRow{Fact::synapse_sql, "synapse_sql", [](F f) { return f.synapse_sql; },
            "Synapse SQL endpoints are a source or sink"},
    FactRow{Fact::key_vault, "key_vault", [](F f) { return f.key_vault; }, "secrets are kept in Key Vault"},
    FactRow{Fact::entra_auth, "entra_auth", [](F f) { return f.entra_auth; },
            "a linked service signs in from the node with Microsoft Entra ID"},
    FactRow{Fact::entra_tokens, "entra_tokens",
            [](F f) { return f.entra_auth || f.adls_gen1 || f.product == "purview"; },
            "something needs tokens of Microsoft Entra ID"},
    FactRow{Fact::purview, "purview", [](F f) { return f.product == "purview"; }, "the runtime scans for Purview"},
    FactRow{Fact::revocation, "revocation", [](F f) { return f.revocation; },
            "certificate chains and revocation are fetched over plain HTTP"},
    FactRow{Fact::portal, "portal", [](F f) { return f.portal || f.kind == RuntimeKind::browser; },
            "people use the portal from here"},
    FactRow{Fact::node_link, "node_link", [](F f) { return f.ha || f.remote_access; },
            "nodes talk to each other, or to administrators on the LAN"},
    FactRow{Fact::never, "never", [](F) { return false; }, "nothing asks for it: the row names what may be seen"},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].fact) != i) return false;
  return true;
}
static_assert(in_enum_order(), "every Fact has its row, at its place");
static_assert(table.size() == static_cast<std::size_t>(Fact::never) + 1);

}  // namespace

std::span<const FactRow> fact_table() { return table; }

std::optional<Fact> parse_fact(std::string_view word) {
  for (const auto& row : table)
    if (row.word == word) return row.fact;
  return std::nullopt;
}

std::string_view to_string(Fact fact) { return table.at(static_cast<std::size_t>(fact)).word; }

bool holds(Fact fact, const Factory& factory) { return table.at(static_cast<std::size_t>(fact)).holds(factory); }

}  // namespace shirgate::adf
