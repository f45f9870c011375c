#include "config/lint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "policy/adf/derive.hpp"
#include "policy/adf/shared_tenant.hpp"
#include "policy/date.hpp"
#include "policy/sql_port.hpp"

namespace shirgate {
namespace {

using adf::Fact;
using adf::Factory;

/// An [[allow]] that ends within this time is spoken of.
constexpr std::chrono::days soon{30};

/// Collects what is to be said; each place reads `config` and `now` from here.
struct Finding {
  const Config& config;
  Time now;
  std::vector<Warning> warnings{};

  void say(Lint lint, std::string where, std::string text) {
    warnings.push_back({lint, std::move(where), std::move(text)});
  }
  [[nodiscard]] const adf::Catalogue& catalogue() const { return *config.catalogue; }
};

/// The subnet of one site is rarely broader than this.
bool is_wide(const AddressRange& range) { return range.prefix_bits < (range.first.is_v4 ? 24 : 64); }

std::string wide_ones(std::span<const AddressRange> ranges) {
  std::string text;
  for (const auto& range : ranges)
    if (is_wide(range)) text += (text.empty() ? "" : ", ") + to_string(range);
  return text;
}

std::string at(const Runtime& runtime) { return fmt::format("[[runtime]] {}", runtime.name.text()); }

// ---- the gate as a whole

void lint_gate(Finding& found) {
  if (found.config.policy->rules().empty())
    found.say(Lint::denies_everything, "the file", "No [[runtime]] has a rule: the gate denies everything.");
  // Days are written so that their texts compare as they do.
  const auto& version = found.catalogue().version;
  if (version < date_text(std::chrono::floor<std::chrono::days>(found.now) - std::chrono::days(365)))
    found.say(Lint::old_catalogue, "[catalogue]", fmt::format("The documents behind it were read on {}.", version));
}

void lint_listeners(Finding& found) {
  for (const auto& endpoint : found.config.settings.listen)
    if (is_placeholder(endpoint.address))
      found.say(Lint::placeholder, "[gate]", fmt::format("listen: {} is nobody's address.", to_string(endpoint)));
}

// ---- a [[runtime]]

void lint_clients(Finding& found, const Runtime& runtime) {
  for (const auto& range : runtime.clients)
    if (is_placeholder(range.first))
      found.say(Lint::placeholder, at(runtime), fmt::format("clients: {} is nobody's.", to_string(range)));
}

void lint_reporting(Finding& found, const Runtime& runtime) {
  if (!runtime.reporting) return;
  const auto& reporting = *runtime.reporting;
  const auto until = date_text(reporting.until);
  if (reporting.is_over(found.now))
    return found.say(Lint::report_mode_over, at(runtime), fmt::format("Its last day was {}.", until));
  std::vector<std::string_view> channels;
  for (const auto channel : reporting.channels) channels.push_back(channel.text());
  found.say(Lint::report_mode_on, at(runtime),
            reporting.everything
                ? fmt::format("On until {}: unlisted hosts on port 443 and wrong server names pass.", until)
                : fmt::format("On until {} for {}: wrong server names pass there.", until, fmt::join(channels, ", ")));
}

void lint_ranges(Finding& found, const Runtime& runtime, const Factory& factory) {
  if (const auto wide = wide_ones(runtime.clients); !wide.empty())
    found.say(Lint::wide_clients, at(runtime), fmt::format("clients: {}.", wide));
  for (const auto& [channel, ranges] : factory.private_link.ranges)
    if (const auto wide = wide_ones(ranges); !wide.empty())
      found.say(Lint::wide_addresses, at(runtime), fmt::format("private_link {}: {}.", channel, wide));
}

void lint_updates(Finding& found, const Runtime& runtime, const Factory& factory) {
  if (!factory.auto_update)
    found.say(Lint::auto_update_off, at(runtime),
              fmt::format("auto_update = false (source: {}).", found.catalogue().cite("S9")));
  if (factory.setup) found.say(Lint::setup_on, at(runtime), "setup = true.");
}

void lint_authoring(Finding& found, const Runtime& runtime, const Factory& factory) {
  if (factory.relay_gateways) found.say(Lint::relay_gateways_on, at(runtime), "relay_gateways = true.");
  if (!factory.local_credentials) return;
  if (holds(Fact::self_contained_authoring, factory))
    found.say(Lint::local_credentials_disputed, at(runtime),
              "local_credentials = true with interactive_authoring = \"self-contained\".");
  if (factory.private_link.used)
    found.say(Lint::local_credentials_private, at(runtime), "local_credentials = true with private_link.");
}

void lint_key(Finding& found, const Runtime& runtime, const Factory& factory) {
  if (!holds(Fact::regional_key, factory) || !factory.frontend_code.empty()) return;
  for (const auto& code : found.catalogue().frontend_codes)
    if (code.region == factory.region && code.cloud == factory.cloud)
      found.say(Lint::regional_host_unpinned, at(runtime),
                fmt::format("For {} the catalogue knows frontend_code = \"{}\" ({}).", code.region, code.code,
                            code.confidence));
}

/// Some door takes SQL: one for this runtime's clients, or whatever is caught on the way.
bool has_sql_door(const Settings& settings, Name runtime) {
  return std::any_of(settings.ingresses.begin(), settings.ingresses.end(), [&](const Ingress& door) {
    const bool caught = std::find(door.ports.begin(), door.ports.end(), sql_port) != door.ports.end();
    return door.runtime == runtime || caught;
  });
}

void lint_sql(Finding& found, const Runtime& runtime, const Factory& factory) {
  const bool direct = holds(Fact::direct_sql, factory);
  if ((direct || factory.synapse_sql) && !has_sql_door(found.config.settings, runtime.name))
    found.say(Lint::sql_past_the_gate, at(runtime),
              direct ? fmt::format("sql = \"{}\".", factory.sql) : std::string("synapse_sql = true."));
  if (direct && factory.sql_route != "proxy")
    found.say(Lint::sql_redirected, at(runtime), fmt::format("sql_route = \"{}\".", factory.sql_route));
}

void lint_unopened_sql(Finding& found, const Runtime& runtime, const Factory& factory) {
  if (factory.sql != "none" && !holds(Fact::direct_sql, factory))
    found.say(Lint::sql_behind_staging, at(runtime), fmt::format("sql = \"{}\" with staged copy.", factory.sql));
}

void lint_storage(Finding& found, const Runtime& runtime, const Factory& factory) {
  for (const auto& account : factory.staging_accounts)
    if (factory.blob && std::find(factory.storage_accounts.begin(), factory.storage_accounts.end(), account) !=
                            factory.storage_accounts.end())
      found.say(Lint::account_in_two_channels, at(runtime),
                fmt::format("'{}' is in staging_accounts and in storage_accounts.", account));
}

/// One line for each row, however many names it came to. What nobody carries opens nothing.
void lint_evidence(Finding& found, const Runtime& runtime, const Factory& factory) {
  std::set<const adf::CatalogueRow*> seen;
  bool not_forwarded = false;
  for (const auto& need : adf::derive(found.catalogue(), factory)) {
    const auto& row = *need.row;
    if (!seen.insert(&row).second) continue;
    if (row.transport == adf::Transport::http_plain) not_forwarded = true;
    if (adf::carried_by(row) == adf::Carrier::nobody) continue;
    const bool firm = row.confidence == "documented" && row.requirement != "observed" && row.requirement != "disputed";
    if (!firm)
      found.say(Lint::thin_evidence, at(runtime),
                fmt::format("Row {} ({}): {}; {}.", row.id, row.pattern, row.requirement, row.confidence));
  }
  if (not_forwarded) found.say(Lint::revocation_not_forwarded, at(runtime), "revocation = true.");
}

void lint_runtime(Finding& found, const Runtime& runtime, const Factory& factory) {
  lint_clients(found, runtime);
  lint_reporting(found, runtime);
  lint_ranges(found, runtime, factory);
  if (runtime.kind == RuntimeKind::browser) return;
  lint_updates(found, runtime, factory);
  lint_authoring(found, runtime, factory);
  lint_key(found, runtime, factory);
  lint_sql(found, runtime, factory);
  lint_unopened_sql(found, runtime, factory);
  lint_storage(found, runtime, factory);
  lint_evidence(found, runtime, factory);
}

/// In force only because somebody's ticket accepts it.
void lint_wildcard(Finding& found, const Rule& rule, const std::string& where) {
  const auto suffix = adf::shared_tenant_suffix_of(found.catalogue(), rule.pattern);
  if (suffix.empty()) return;
  found.say(Lint::shared_tenant_wildcard, where,
            fmt::format("{} port {} for channel {}, below {}. Ticket: {}.", rule.pattern.text(), rule.port,
                        rule.channel.text(), suffix, rule.ticket));
}

// ---- an [[allow]]

bool is_by_hand(const Rule& rule) { return rule.provenance.origin.starts_with("[[allow]]"); }

/// What is said once for all hosts and ports of an [[allow]], by its first rule.
void lint_allow(Finding& found, const Rule& rule) {
  const auto& where = rule.provenance.origin;
  const auto what = fmt::format("{} for channel {}", rule.pattern.text(), rule.channel.text());
  // The words of the [[allow]] that 'explain' prints for a person to fill in.
  if (rule.channel.text() == placeholder_channel || rule.ticket == placeholder_ticket)
    found.say(Lint::placeholder, where, fmt::format("It opens {}. Ticket: {}.", what, rule.ticket));
  if (rule.ticket.empty()) found.say(Lint::allow_without_ticket, where, fmt::format("It opens {}.", what));
  if (!rule.expires)
    found.say(Lint::allow_without_expiry, where, fmt::format("It opens {}.", what));
  else if (has_expired(rule, found.now))
    found.say(Lint::allow_expired, where, fmt::format("Its last day was {}: {}.", date_text(*rule.expires), what));
  else if (*rule.expires - std::chrono::floor<std::chrono::days>(found.now) <= soon)
    found.say(Lint::allow_expires_soon, where, fmt::format("Its last day is {}: {}.", date_text(*rule.expires), what));
  if (const auto wide = wide_ones(rule.addresses); !wide.empty())
    found.say(Lint::wide_addresses, where, fmt::format("addresses: {}.", wide));
}

/// The rules of the policy as the file has them: it sorts by name, people read by line.
std::vector<const Rule*> by_hand_in_order(const Policy& policy) {
  std::vector<const Rule*> rules;
  for (const auto& rule : policy.rules())
    if (is_by_hand(rule)) rules.push_back(&rule);
  const auto earlier = [](const Rule* a, const Rule* b) {
    const auto& left = a->provenance.origin;
    const auto& right = b->provenance.origin;
    // "[[allow]] line 9" before "[[allow]] line 31"
    return left.size() != right.size() ? left.size() < right.size() : left < right;
  };
  std::stable_sort(rules.begin(), rules.end(), earlier);
  return rules;
}

void lint_allows(Finding& found) {
  const std::string* previous = nullptr;
  for (const auto* rule : by_hand_in_order(*found.config.policy)) {
    const auto& origin = rule->provenance.origin;
    if (previous == nullptr || *previous != origin) lint_allow(found, *rule);
    lint_wildcard(found, *rule, origin);
    previous = &origin;
  }
}

}  // namespace

std::vector<Warning> lint(const Config& config, Time now) {
  Finding found{config, now};
  lint_gate(found);
  lint_listeners(found);
  for (const auto& factory : config.factories) {
    const auto* runtime = config.policy->runtime(factory.runtime);
    if (runtime == nullptr) continue;
    lint_runtime(found, *runtime, factory);
    for (const auto& rule : config.policy->rules())
      if (rule.runtime == runtime->name && !is_by_hand(rule)) lint_wildcard(found, rule, at(*runtime));
  }
  lint_allows(found);
  return std::move(found.warnings);
}

}  // namespace shirgate
