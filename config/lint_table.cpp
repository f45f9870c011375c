#include <array>

#include "config/lint.hpp"

namespace shirgate {
namespace {

constexpr std::array table{
    LintRow{Lint::denies_everything, "denies-everything", "Without a rule nothing leaves.",
            "Add a [[runtime]]; 'shirgate init' writes one."},
    LintRow{Lint::placeholder, "placeholder", "A value stands for one that nobody has written yet.",
            "Write the real one: the gate's or the nodes' address, the channel's name, the ticket."},
    LintRow{Lint::allow_expired, "allow-expired", "The last day of an [[allow]] is over; it opens nothing any more.",
            "Remove it, or renew its ticket and its date."},
    LintRow{Lint::allow_expires_soon, "allow-expires-soon",
            "An [[allow]] ends within 30 days, and its open tunnels with it.",
            "Renew its ticket and its date if the need goes on."},
    LintRow{Lint::allow_without_ticket, "allow-without-ticket", "Nobody is named who asked for an [[allow]].",
            "Write ticket = \"...\": whoever reviews the file will ask."},
    LintRow{Lint::allow_without_expiry, "allow-without-expiry", "An [[allow]] never ends.",
            "Write expires = YYYY-MM-DD, the last day it is needed."},
    LintRow{Lint::wide_addresses, "wide-addresses",
            "A name may resolve to any address of a range broader than /24 (IPv6: /64).",
            "Name the private endpoint's address, or its subnet."},
    LintRow{Lint::wide_clients, "wide-clients",
            "Everything in a range broader than /24 (IPv6: /64) counts as a client of this runtime.",
            "List the nodes one by one, like \"10.20.0.21/32\"."},
    LintRow{Lint::shared_tenant_wildcard, "shared-tenant-wildcard",
            "A wildcard is in force below a suffix that anybody can rent a name in. A ticket accepts that.",
            "Name the hosts and drop the ticket: relay_hosts, staging_accounts, storage_accounts, sql_servers, "
            "synapse_workspaces, key_vaults, or exact hosts in the [[allow]]."},
    LintRow{Lint::report_mode_on, "report-mode-on", "Report mode lets through what would be refused.",
            "List what the report names, then remove mode and report_until."},
    LintRow{Lint::report_mode_over, "report-mode-over", "Report mode has ended; the gate enforces again.",
            "Remove mode and report_until."},
    LintRow{Lint::auto_update_off, "auto-update-off",
            "The runtime does not update itself. Each of its versions expires after a year; then it shows as offline.",
            "Install a new version on the nodes at least once a year, or turn updates on here and in the portal."},
    LintRow{Lint::setup_on, "setup-on", "The installer's hosts are open; they are for the day of the installation.",
            "Remove setup once the nodes are installed."},
    LintRow{Lint::relay_gateways_on, "relay-gateways-on",
            "The relay's gateway hosts are open beside the pinned ones. No document says that the runtime meets them.",
            "Remove relay_gateways when interactive authoring works without."},
    LintRow{
        Lint::local_credentials_disputed, "local-credentials-disputed",
        "Credentials on the node, with self-contained authoring: the documents disagree whether that needs the relay.",
        "Watch whether the relay is used at all; if not, remove local_credentials. Secrets in Key Vault settle it."},
    LintRow{Lint::local_credentials_private, "local-credentials-private",
            "Credentials on the node, with Private Link: two documents say that only Key Vault works there.",
            "Keep the secrets in Key Vault and list it in key_vaults."},
    LintRow{Lint::regional_host_unpinned, "regional-host-unpinned",
            "The key names no endpoint of its own, so the hosts of all regions are open. The region's code pins one.",
            "Write frontend_code; the node's log names the host it asks for."},
    LintRow{Lint::sql_past_the_gate, "sql-past-the-gate",
            "SqlClient ignores the HTTP proxy, so SQL does not come to the gate by itself.",
            "Write a [[forward]] for each server and point its name at the gate, or open the servers in the firewall."},
    LintRow{Lint::sql_redirected, "sql-redirected",
            "The SQL server redirects to its nodes, which no list of names can narrow.",
            "Set the server's connection policy to Proxy and write sql_route = \"proxy\"."},
    LintRow{Lint::sql_behind_staging, "sql-behind-staging",
            "Copies into SQL go through the staging account, so the SQL servers are not opened.",
            "Nothing to do if SQL is only written to; if it is read as well, write sql = \"source\"."},
    LintRow{Lint::revocation_not_forwarded, "revocation-not-forwarded",
            "Revocation lists come over plain HTTP, which this version does not forward.",
            "Open the hosts on port 80 in the firewall, or remove revocation."},
    LintRow{Lint::account_in_two_channels, "account-in-two-channels",
            "One storage account is both staging and a source or sink. Its host then belongs to two channels, and the "
            "audit log counts all of it in one.",
            "Use an account of its own for staged copies."},
    LintRow{Lint::thin_evidence, "thin-evidence",
            "A row of the catalogue that is in use is observed, disputed or pieced together, not plainly documented.",
            "Check in the audit log that it is used as expected."},
    LintRow{Lint::old_catalogue, "old-catalogue", "The catalogue is older than a year; Azure's names move.",
            "Update shirgate, or name a newer catalogue in [catalogue]."},
};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].lint) != i) return false;
  return true;
}
static_assert(in_enum_order(), "every Lint has its row, at its place");
static_assert(table.size() == static_cast<std::size_t>(Lint::old_catalogue) + 1);

}  // namespace

std::span<const LintRow> lint_table() { return table; }

const LintRow& row_of(Lint lint) { return table.at(static_cast<std::size_t>(lint)); }

}  // namespace shirgate
