#include <fmt/format.h>

#include <algorithm>

#include "config/doh_resolvers.hpp"
#include "config/load_policy.hpp"
#include "config/read_demands.hpp"
#include "config/values.hpp"
#include "policy/adf/shared_tenant.hpp"
#include "policy/sql_port.hpp"

namespace shirgate {
namespace {

/// Where a wildcard reaches names that somebody else registered: below a suffix for rent, or among the services of a
/// platform, many of which rent names out too. Empty for hosts of one owner.
std::string strangers_below(const adf::Catalogue& catalogue, const HostPattern& pattern) {
  if (auto suffix = adf::shared_tenant_suffix_of(catalogue, pattern); !suffix.empty()) return suffix;
  if (!pattern.is_wildcard()) return {};
  const auto& platforms = catalogue.platform_suffixes;
  const auto found = std::find_if(platforms.begin(), platforms.end(), [&](const std::string& platform) {
    return adf::is_at_or_under(pattern.name(), platform);
  });
  return found == platforms.end() ? std::string() : *found;
}

const Runtime* find_runtime(const PolicyDraft& draft, Name name) {
  const auto found = std::find_if(draft.runtimes.begin(), draft.runtimes.end(),
                                  [&](const Runtime& known) { return known.name == name; });
  return found == draft.runtimes.end() ? nullptr : &*found;
}

/// Where the runtime's private endpoints are: no public name leads there.
std::vector<AddressRange> private_ranges_of(const PolicyDraft& draft, Name runtime) {
  std::vector<AddressRange> all;
  for (const auto& factory : draft.factories)
    if (factory.runtime == runtime)
      for (const auto& [channel, ranges] : factory.private_link.ranges)
        all.insert(all.end(), ranges.begin(), ranges.end());
  return all;
}

std::vector<HostPattern> read_hosts(TableReader& allow, const adf::Catalogue& catalogue, const std::string& ticket) {
  std::vector<HostPattern> patterns;
  bool ticket_used = false;
  if (allow.node("hosts") == nullptr)
    allow.complain("hosts", "[[allow]] needs hosts: write for example hosts = [\"erp.contoso.example\"]");
  for (const auto& item : allow.texts("hosts")) {
    auto pattern = parse_pattern(item.text);
    if (pattern.has_error()) {
      allow.mistakes().add(item.line, fmt::format("[[allow]] hosts: {}", pattern.error().text()));
      continue;
    }
    if (const auto platform = adf::platform_suffix_of(catalogue, *pattern); !platform.empty()) {
      allow.mistakes().add(item.line,
                           fmt::format("[[allow]] hosts: '{}' opens all of {}, which many services share; name "
                                       "the host, or a longer suffix",
                                       item.text, platform));
      continue;
    }
    const auto suffix = strangers_below(catalogue, *pattern);
    ticket_used = ticket_used || !suffix.empty();
    if (!suffix.empty() && ticket.empty())
      allow.mistakes().add(item.line,
                           fmt::format("[[allow]] hosts: anybody can rent a name below {}: name the exact host, "
                                       "or accept the risk with multi_tenant_ack = \"TICKET\"",
                                       suffix));
    patterns.push_back(*std::move(pattern));
  }
  if (!ticket.empty() && !ticket_used && !patterns.empty())
    allow.complain("multi_tenant_ack",
                   "[[allow]] multi_tenant_ack: none of the hosts needs it; remove it, or call it "
                   "ticket");
  return patterns;
}

/// `tls = "any"`: a tunnel whose inside nobody checks is a decision with a name and an end.
bool read_anything_goes(TableReader& allow, const std::vector<HostPattern>& hosts, const std::string& ticket,
                        bool expires) {
  if (!allow.choice("tls", {"any"})) return false;
  const bool exact = std::none_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.is_wildcard(); });
  if (!exact || ticket.empty() || !expires)
    allow.complain("tls",
                   "[[allow]] tls = \"any\" lets anything through unread: it needs exact hosts, a ticket and "
                   "expires = YYYY-MM-DD");
  return true;
}

/// A resolver over HTTPS is a tunnel of its own, whatever its port says: a decision with a name.
void refuse_resolvers_nobody_answers_for(TableReader& allow, const std::vector<HostPattern>& hosts,
                                         const std::string& ticket) {
  const auto found = std::find_if(hosts.begin(), hosts.end(), opens_doh_resolver);
  if (found == hosts.end() || !ticket.empty()) return;
  allow.complain("hosts",
                 fmt::format("[[allow]] hosts: '{}' resolves names over HTTPS, so anything can leave through it "
                             "and nothing is logged; remove it, or accept the risk with ticket = \"TICKET\"",
                             found->text()));
}

/// What of the demands is for TLS alone.
HelloDemands without_tds(HelloDemands demands) {
  demands.sni_optional = false;
  return demands;
}

}  // namespace

void read_allow(const toml::table& table, PolicyDraft& draft) {
  TableReader reader(table, "[[allow]]", draft.mistakes);
  const auto runtime = read_name(reader, "runtime", "contoso-prod").value_or(Name());
  if (!runtime.empty() && find_runtime(draft, runtime) == nullptr)
    reader.complain("runtime",
                    fmt::format("[[allow]] runtime = \"{}\": there is no [[runtime]] of that name", runtime.text()));
  const auto channel = read_name(reader, "channel", "erp").value_or(Name());
  const auto acknowledged = read_ticket(reader, "multi_tenant_ack");
  const auto patterns = read_hosts(reader, draft.catalogue, acknowledged);
  const auto ports = read_ports(reader);
  const auto own_ticket = read_ticket(reader, "ticket");
  const auto& ticket = own_ticket.empty() ? acknowledged : own_ticket;
  refuse_resolvers_nobody_answers_for(reader, patterns, ticket);
  const auto expires = reader.date("expires");
  const auto addresses = read_expected_addresses(reader, "addresses");
  const auto* of = find_runtime(draft, runtime);
  const auto demands = read_demands(reader, {.ech_allowed = of != nullptr && of->kind == RuntimeKind::browser});
  if (demands.sni_optional && std::find(ports.begin(), ports.end(), sql_port) == ports.end())
    reader.complain("tds_sni", "[[allow]] tds_sni is for SQL on port 1433, which its ports do not have; remove it");
  const bool anything = read_anything_goes(reader, patterns, ticket, expires.has_value());
  const auto never = addresses.empty() ? private_ranges_of(draft, runtime) : std::vector<AddressRange>();
  for (const auto& pattern : patterns)
    for (const auto port : ports) {
      const auto name = fmt::format("{}/{}/{}:{}", runtime.text(), channel.text(), pattern.text(), port);
      const bool added =
          draft.add({.name = Name(name),
                     .runtime = runtime,
                     .channel = channel,
                     .pattern = pattern,
                     .port = port,
                     .protocol = anything           ? Protocol::any
                                 : port == sql_port ? Protocol::tds
                                                    : Protocol::tls,
                     .addresses = addresses,
                     .never = never,
                     .expires = expires,
                     .may_be_quiet = port == sql_port,
                     .hello = port == sql_port ? demands : without_tds(demands),
                     .ticket = ticket,
                     .provenance = {fmt::format("[[allow]] line {}", reader.line()), "added by hand", ticket}});
      if (added) continue;
      return reader.complain("hosts",
                             fmt::format("[[allow]] hosts: {} port {} is listed twice for channel '{}', or there "
                                         "are over {} rules",
                                         pattern.text(), port, channel.text(), PolicyDraft::most_rules));
    }
  reader.refuse_the_rest();
}

}  // namespace shirgate
