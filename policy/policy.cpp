#include "policy/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace shirgate {
namespace {

constexpr std::size_t fnv_offset = 14695981039346656037ULL;
constexpr std::size_t fnv_prime = 1099511628211ULL;

std::size_t step(std::size_t hash, char c) { return (hash ^ static_cast<unsigned char>(c)) * fnv_prime; }

std::size_t hash_backwards(std::string_view name) {
  std::size_t hash = fnv_offset;
  for (auto c = name.rbegin(); c != name.rend(); ++c) hash = step(hash, *c);
  return hash;
}

/// FNV's low bits are weak on short suffixes and the table uses them, so finish as murmur3 does.
std::size_t finish(std::size_t hash, Name runtime, bool wildcard) {
  hash ^= reinterpret_cast<std::uintptr_t>(runtime.text().data()) + (wildcard ? 0x9e3779b97f4a7c15ULL : 0);
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  return hash ^ (hash >> 33);
}

/// IPv6 first, so that no IPv4 block lies inside an IPv6 block that holds its mapped form.
bool starts_before(const Address& a, const Address& b) { return a.is_v4 != b.is_v4 ? b.is_v4 : a.bytes < b.bytes; }

/// The better explanation of two refusals: the one that got closest to being allowed.
Reason closer(Reason a, Reason b) {
  const auto rank = [](Reason reason) {
    switch (reason) {
      case Reason::allowed: return 4;
      case Reason::rule_expired: return 3;
      case Reason::protocol_not_served: return 2;
      case Reason::port_not_listed: return 1;
      default: return 0;
    }
  };
  return rank(a) >= rank(b) ? a : b;
}

std::string describe(const Rule& rule) {
  std::string text = fmt::format("{}|{}|{}|{}|{}|{}", rule.name.text(), rule.runtime.text(), rule.channel.text(),
                                 rule.pattern.text(), rule.port, to_string(rule.protocol));
  for (const auto& range : rule.addresses) text += '|' + to_string(range);
  for (const auto& range : rule.never) text += "|never " + to_string(range);
  text += fmt::format("|tls {:#x} ech {} sni {}", static_cast<unsigned>(rule.hello.minimum_version),
                      rule.hello.ech_allowed, !rule.hello.sni_optional);
  for (const auto& protocol : rule.hello.alpn) text += "|alpn " + protocol;
  if (rule.expires) text += fmt::format("|until {}", rule.expires->time_since_epoch().count());
  return text;
}

std::string describe(const Runtime& runtime) {
  auto text = fmt::format("{}:{}", runtime.name.text(), to_string(runtime.kind));
  if (!runtime.reporting) return text;
  text += fmt::format("|reports until {}", runtime.reporting->until.time_since_epoch().count());
  if (runtime.reporting->everything) text += "|everything";
  for (const auto channel : runtime.reporting->channels) text += fmt::format("|{}", channel.text());
  return text;
}

std::string fingerprint_of(std::span<const Runtime> runtimes, std::span<const Rule> rules) {
  std::vector<std::string> lines;
  for (const auto& runtime : runtimes) {
    for (const auto& range : runtime.clients)
      lines.push_back(fmt::format("{}<{}", runtime.name.text(), to_string(range)));
    lines.push_back(describe(runtime));
  }
  for (const auto& rule : rules) lines.push_back(describe(rule));
  std::sort(lines.begin(), lines.end());
  std::size_t hash = fnv_offset;
  for (const auto& line : lines) hash = step(std::accumulate(line.begin(), line.end(), hash, step), '\n');
  return fmt::format("{:016x}", hash);
}

}  // namespace

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::tls: return "tls";
    case Protocol::tds: return "tds";
    case Protocol::http: return "http";
    case Protocol::any: return "any";
  }
  return "tls";
}

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::enforce: return "enforce";
    case Mode::report: return "report";
  }
  return "enforce";
}

std::string_view to_string(RuntimeKind kind) {
  switch (kind) {
    case RuntimeKind::shir: return "shir";
    case RuntimeKind::browser: return "browser";
  }
  return "shir";
}

bool may_be_lifted(Reason reason) {
  switch (reason) {
    case Reason::host_not_listed:
    case Reason::port_not_listed:
    case Reason::sni_mismatch:
    case Reason::sni_absent:
    case Reason::ech_refused: return true;
    default: return false;
  }
}

bool has_expired(const Rule& rule, Time now) { return rule.expires && now >= *rule.expires + std::chrono::days(1); }

Policy::Policy(std::vector<Runtime> runtimes, std::vector<Rule> rules)
    : runtimes_(std::move(runtimes)), rules_(std::move(rules)) {
  // Sorted by name, so that ties fall the same way whatever order the file has.
  std::sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.name < b.name; });
  index_rules();
  index_clients();
  for (const auto& runtime : runtimes_)
    if (runtime.reporting) reporting_.emplace_back(runtime.name, *runtime.reporting);
  fingerprint_ = fingerprint_of(runtimes_, rules_);
}

void Policy::index_rules() {
  next_.assign(rules_.size(), no_rule);
  for (auto i = static_cast<std::uint32_t>(rules_.size()); i-- > 0;) {
    const Rule& rule = rules_[i];
    by_name_.insert_or_assign(rule.name, i);
    const bool wildcard = rule.pattern.is_wildcard();
    if (!wildcard && rule.channel.text() == "relay") note_pinned_relay(rule);
    const Key key{rule.pattern.name(), rule.runtime, wildcard,
                  finish(hash_backwards(rule.pattern.name()), rule.runtime, wildcard)};
    const auto [at, fresh] = first_.try_emplace(key, i);
    if (fresh) continue;
    next_[i] = at->second;
    at->second = i;
  }
}

void Policy::note_pinned_relay(const Rule& rule) {
  const auto& host = rule.pattern.name();
  const auto suffix = host.substr(host.find('.') + 1);
  if (!pins_relay(rule.runtime, suffix)) pinned_relays_.push_back({rule.runtime, suffix});
}

bool Policy::pins_relay(Name runtime, std::string_view suffix) const {
  return std::any_of(pinned_relays_.begin(), pinned_relays_.end(),
                     [&](const PinnedRelay& pin) { return pin.runtime == runtime && pin.suffix == suffix; });
}

void Policy::index_clients() {
  for (const auto& runtime : runtimes_)
    for (const auto& range : runtime.clients) clients_.push_back({range, runtime.name});
  std::sort(clients_.begin(), clients_.end(),
            [](const ClientRange& a, const ClientRange& b) { return starts_before(a.range.first, b.range.first); });
}

std::optional<Name> Policy::identify(const Address& client) const {
  // Ranges are disjoint, so only the last one that starts at or before the client can hold it.
  const auto after =
      std::upper_bound(clients_.begin(), clients_.end(), client,
                       [](const Address& a, const ClientRange& b) { return starts_before(a, b.range.first); });
  if (after == clients_.begin() || !std::prev(after)->range.contains(client)) return std::nullopt;
  return std::prev(after)->runtime;
}

Reason Policy::consider(const Key& key, const Asked& asked, Time now, const Rule*& decided) const {
  const auto found = first_.find(key);
  if (found == first_.end()) return Reason::host_not_listed;
  Reason best = Reason::port_not_listed;
  bool matched = false;
  for (auto i = found->second; i != no_rule; i = next_[i]) {
    const Rule& rule = rules_[i];
    if (rule.pattern.shape() == HostPattern::Shape::relay_gateway_below && !rule.pattern.matches(asked.target.host))
      continue;
    matched = true;
    if (rule.port != asked.target.port) continue;
    Reason reason = Reason::allowed;
    if (asked.protocol && *asked.protocol != rule.protocol) reason = Reason::protocol_not_served;
    if (has_expired(rule, now)) reason = Reason::rule_expired;
    if (closer(best, reason) == best) continue;
    best = reason;
    decided = &rule;
    if (best == Reason::allowed) break;
  }
  return matched ? best : Reason::host_not_listed;
}

Verdict Policy::decide(Name runtime, const Asked& asked, Time now) const {
  const std::string_view host = asked.target.host.text();
  Reason best = Reason::host_not_listed;
  const Rule* decided = nullptr;

  const auto consult = [&](std::string_view name, std::size_t hash, bool wildcard) {
    const Rule* rule = nullptr;
    const Reason reason = consider({name, runtime, wildcard, finish(hash, runtime, wildcard)}, asked, now, rule);
    // Called from the shortest suffix to the whole name: on equal footing the later, more specific one wins.
    if (closer(reason, best) != reason) return;
    best = reason;
    if (rule != nullptr) decided = rule;
  };

  std::size_t hash = fnv_offset;
  for (std::size_t i = host.size(); i-- > 0;) {
    if (host[i] == '.') consult(host.substr(i + 1), hash, true);
    hash = step(hash, host[i]);
  }
  consult(host, hash, false);

  Verdict verdict{.reason = best, .runtime = runtime};
  if (decided == nullptr) return judge_unlisted(verdict, asked, now);
  verdict.protocol = decided->protocol;
  verdict.channel = decided->channel;
  verdict.rule = decided->name;
  verdict.by_wildcard = decided->pattern.is_wildcard();
  verdict.mode = mode_of(runtime, decided->channel, now);
  return verdict;
}

Verdict Policy::judge_unlisted(Verdict verdict, const Asked& asked, Time now) const {
  if (verdict.reason == Reason::host_not_listed && pins_relay(verdict.runtime, relay_gateway_suffix(asked.target.host)))
    verdict.reason = Reason::relay_gateway_not_listed;
  verdict.mode = mode_of(verdict.runtime, Name(), now);
  const bool tls = !asked.protocol || *asked.protocol == Protocol::tls;
  if (verdict.mode != Mode::report || !may_be_lifted(verdict.reason) || asked.target.port != 443 || !tls)
    return verdict;
  verdict.would_deny = verdict.reason;
  verdict.reason = Reason::allowed;
  return verdict;
}

Mode Policy::mode_of(Name runtime, Name channel, Time now) const {
  for (const auto& [name, reporting] : reporting_) {
    if (name != runtime) continue;
    if (reporting.is_over(now)) return Mode::enforce;
    const auto& channels = reporting.channels;
    const bool listed = !channel.empty() && std::find(channels.begin(), channels.end(), channel) != channels.end();
    return reporting.everything || listed ? Mode::report : Mode::enforce;
  }
  return Mode::enforce;
}

const Runtime* Policy::runtime(Name name) const {
  const auto found =
      std::find_if(runtimes_.begin(), runtimes_.end(), [&](const Runtime& one) { return one.name == name; });
  return found == runtimes_.end() ? nullptr : &*found;
}

const Rule* Policy::rule(Name name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &rules_[found->second];
}

Reason Policy::judge_addresses(const Verdict& verdict, std::span<const Address> answers) const {
  if (verdict.would_deny != Reason::allowed && verdict.rule.empty()) return judge(answers, {});
  const auto* decided = rule(verdict.rule);
  return decided == nullptr ? Reason::internal_error : judge(answers, decided->addresses, decided->never);
}

}  // namespace shirgate
