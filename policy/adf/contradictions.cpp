#include "policy/adf/contradictions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/adf/fact.hpp"
#include "policy/adf/shared_tenant.hpp"
#include "policy/nearest.hpp"

namespace shirgate::adf {
namespace {

/// Collects what is wrong, in one spelling.
class Complaints {
 public:
  Complaints(const Factory& factory, Spelling spelling) : f(factory), spelling_(spelling) {}

  /// `text` may name inputs as "{0}", "{1}", …: the complaint's own first, then `others`.
  void unless(bool fine, std::string_view input, std::string_view text, std::vector<std::string_view> others = {}) {
    if (fine) return;
    std::string words(text);
    others.insert(others.begin(), input);
    for (std::size_t i = 0; i < others.size(); ++i) {
      const auto mark = fmt::format("{{{}}}", i);
      for (auto at = words.find(mark); at != std::string::npos; at = words.find(mark))
        words.replace(at, mark.size(), spelt(others[i]));
    }
    found_.push_back({input, std::move(words)});
  }

  [[nodiscard]] Spelling spelling() const { return spelling_; }
  [[nodiscard]] std::vector<Contradiction> take() { return std::move(found_); }

  const Factory& f;

 private:
  [[nodiscard]] std::string_view spelt(std::string_view input) const {
    const auto* row = find_input(input);
    if (row == nullptr) return input;
    return spelling_ == Spelling::catalogue ? row->input : row->key;
  }

  Spelling spelling_;
  std::vector<Contradiction> found_;
};

void judge_region(Complaints& say, const Catalogue& catalogue) {
  const auto& f = say.f;
  const auto known = catalogue.regions.find(f.cloud);
  if (f.region.empty() || known == catalogue.regions.end() || known->second.contains(f.region)) return;
  for (const auto& [cloud, regions] : catalogue.regions)
    if (regions.contains(f.region))
      return say.unless(false, "region", fmt::format("region '{}' belongs to {{1}} = \"{}\"", f.region, cloud),
                        {"cloud"});
  const auto meant = nearest(f.region, known->second);
  say.unless(false, "region",
             meant ? fmt::format("'{}' is no region of this cloud; did you mean '{}'?", f.region, *meant)
                   : fmt::format("'{}' is no region of this cloud as ARM writes them, like '{}'; a newer catalogue may "
                                 "know it",
                                 f.region, *known->second.begin()));
}

void judge_key(Complaints& say) {
  const auto& f = say.f;
  if (holds(Fact::factory_key, f)) {
    say.unless(!f.name.empty(), "factory", "{0} is needed: the control channel's host begins with it");
    say.unless(!f.region.empty(), "region", "{0} is needed: the control channel's host names it");
  }
  const bool regional = holds(Fact::regional_key, f);
  say.unless(regional || f.frontend_code.empty(), "frontend_code",
             "{0} is for keys without a factory endpoint; remove it, or write {1} = \"legacy\"", {"key_form"});
  say.unless(
      !regional || !f.private_link.used, "private_link",
      "{0} does not reach this control channel: Private Link is for Data Factory keys that name the factory's own "
      "endpoint; remove it, or register the node again with such a key and write {1} = \"fqdn\"",
      {"key_form"});
}

void judge_product(Complaints& say) {
  const auto& f = say.f;
  const bool purview = f.product == "purview";
  say.unless(!purview || f.cloud == "public", "product", "no document lists Purview's hosts outside the public cloud");
  say.unless(!purview || !f.purview.empty(), "purview", "{0} is needed: Purview's host begins with it");
  say.unless(!purview || !f.managed_storage.empty(), "managed_storage", "{0} is needed: Purview's ingestion account");
  say.unless(purview || f.purview.empty(), "purview", "{0} needs {1} = \"purview\"", {"product"});
  say.unless(purview || f.managed_storage.empty(), "managed_storage", "{0} needs {1} = \"purview\"", {"product"});
}

void judge_relay(Complaints& say, const Catalogue& catalogue) {
  const auto& f = say.f;
  const bool relay =
      f.interactive_authoring == Authoring::relay ||
      (f.local_credentials && f.interactive_authoring == Authoring::self_contained && f.cloud == "public");
  say.unless(relay || f.relay_hosts.empty(), "relay_fqdns",
             "{0} says which relay to use and {1} says that none is; keep one", {"scia"});
  say.unless(!f.relay_gateways || !f.relay_hosts.empty(), "relay_fqdns",
             "relay_gateways adds hosts to {0}, which is empty: the wildcard has them already");
  const bool known = std::any_of(catalogue.rows.begin(), catalogue.rows.end(), [&](const CatalogueRow& row) {
    const bool of_gateways = std::find(row.needs.begin(), row.needs.end(), Fact::relay_gateways) != row.needs.end();
    return of_gateways && (row.cloud == "all" || row.cloud == f.cloud);
  });
  say.unless(!f.relay_gateways || known, "relay_gateways",
             "relay_gateways: no document lists the relay's gateways in this cloud; name them in {1}", {"relay_fqdns"});
  for (const auto& row : catalogue.rows) {
    if (row.pin != "{relay_fqdn}" || (row.cloud != f.cloud && row.cloud != "all") || !row.pattern.starts_with("*."))
      continue;
    const auto suffix = std::string_view(row.pattern).substr(2);
    for (const auto& host : f.relay_hosts)
      if (!is_at_or_under(host, suffix) || host == suffix)
        say.unless(false, "relay_fqdns", fmt::format("{{0}}: '{}' is not below {}", host, suffix));
    break;
  }
}

void judge_storage(Complaints& say) {
  const auto& f = say.f;
  const bool zones = f.storage_endpoint == "dnszone";
  say.unless(f.staged_copy || f.staging_accounts.empty(), "staging_account",
             "{0} names an account for staged copy and {1} is false; keep one", {"staged_copy"});
  say.unless(f.blob || f.adls_gen2 || f.storage_accounts.empty(), "storage_account",
             "{0} needs {1} = true or {2} = true: as what are the accounts used?", {"blob", "adls_gen2"});
  say.unless(zones || f.storage_zone.empty(), "storage_zone", "{0} needs {1} = \"dnszone\"", {"storage_endpoint"});
  // The catalogue's own spelling takes the wildcard then; a configuration that names accounts means those.
  const bool names_accounts = !f.staging_accounts.empty() || !f.storage_accounts.empty();
  say.unless(!zones || !names_accounts || !f.storage_zone.empty() || say.spelling() == Spelling::catalogue,
             "storage_zone", "{0} is needed: without it the accounts' hosts are not known");
  say.unless(!zones || f.staged_copy || f.blob, "storage_endpoint",
             "{0} = \"dnszone\" says how accounts are named, and nothing uses an account");
  say.unless(!zones || !f.adls_gen2, "adls_gen2", "{0}: no document gives Data Lake hosts on DNS-zone endpoints");
  say.unless(!zones || f.cloud == "public", "storage_endpoint", "{0} = \"dnszone\" exists in the public cloud only");
  say.unless(!f.adls_gen1 || f.cloud == "public", "adls_gen1", "{0} exists in the public cloud only");
}

void judge_sql(Complaints& say) {
  const auto& f = say.f;
  const bool sql = f.sql != "none";
  say.unless(sql || f.sql_servers.empty(), "sql_server", "{0} needs {1} = \"source\" or \"sink\"", {"sql"});
  say.unless(sql || f.sql_route == "proxy", "sql_route", "{0} needs {1} = \"source\" or \"sink\"", {"sql"});
  say.unless(f.sql_route == "proxy" || f.cloud == "public", "sql_route",
             "{0}: redirection is documented for the public cloud only");
  say.unless(f.synapse_sql || f.synapse_workspaces.empty(), "synapse_workspace", "{0} needs {1} = true",
             {"synapse_sql"});
  say.unless(!f.synapse_sql || f.cloud == "public", "synapse_sql",
             "no document lists Synapse SQL's hosts outside the public cloud");
  say.unless(f.key_vault || f.key_vaults.empty(), "vault", "{0} names vaults and {1} is false; keep one",
             {"key_vault"});
}

}  // namespace

std::vector<Contradiction> contradictions(const Catalogue& catalogue, const Factory& factory, Spelling spelling) {
  Complaints say(factory, spelling);
  judge_region(say, catalogue);
  judge_key(say);
  judge_product(say);
  judge_relay(say, catalogue);
  judge_storage(say);
  judge_sql(say);
  return say.take();
}

}  // namespace shirgate::adf
