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
  if (rule.expires) text += fmt::format("|until {}", rule.expires->time_since_epoch().count());
  return text;
}

std::string fingerprint_of(std::span<const Runtime> runtimes, std::span<const Rule> rules) {
  std::vector<std::string> lines;
  for (const auto& runtime : runtimes)
    for (const auto& range : runtime.clients)
      lines.push_back(fmt::format("{}<{}", runtime.name.text(), to_string(range)));
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
  }
  return "tls";
}

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::enforce: return "enforce";
  }
  return "enforce";
}

bool has_expired(const Rule& rule, Time now) { return rule.expires && now >= *rule.expires + std::chrono::days(1); }

Policy::Policy(std::vector<Runtime> runtimes, std::vector<Rule> rules)
    : runtimes_(std::move(runtimes)), rules_(std::move(rules)) {
  // Sorted by name, so that ties fall the same way whatever order the file has.
  std::sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.name < b.name; });
  index_rules();
  index_clients();
  fingerprint_ = fingerprint_of(runtimes_, rules_);
}

void Policy::index_rules() {
  next_.assign(rules_.size(), no_rule);
  for (auto i = static_cast<std::uint32_t>(rules_.size()); i-- > 0;) {
    const Rule& rule = rules_[i];
    by_name_.insert_or_assign(rule.name.text(), i);
    const bool wildcard = rule.pattern.is_wildcard();
    const Key key{rule.pattern.name(), rule.runtime, wildcard,
                  finish(hash_backwards(rule.pattern.name()), rule.runtime, wildcard)};
    const auto [at, fresh] = first_.try_emplace(key, i);
    if (fresh) continue;
    next_[i] = at->second;
    at->second = i;
  }
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
  for (auto i = found->second; i != no_rule; i = next_[i]) {
    const Rule& rule = rules_[i];
    if (rule.port != asked.target.port) continue;
    Reason reason = Reason::allowed;
    if (asked.protocol && *asked.protocol != rule.protocol) reason = Reason::protocol_not_served;
    if (has_expired(rule, now)) reason = Reason::rule_expired;
    if (closer(best, reason) == best) continue;
    best = reason;
    decided = &rule;
    if (best == Reason::allowed) break;
  }
  return best;
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
  if (decided != nullptr) {
    verdict.protocol = decided->protocol;
    verdict.channel = decided->channel;
    verdict.rule = decided->name;
  }
  return verdict;
}

const Rule* Policy::rule(Name name) const {
  const auto found = by_name_.find(name.text());
  return found == by_name_.end() ? nullptr : &rules_[found->second];
}

Reason Policy::judge_addresses(const Verdict& verdict, std::span<const Address> answers) const {
  const auto* decided = rule(verdict.rule);
  return decided == nullptr ? Reason::internal_error : judge(answers, decided->addresses);
}

}  // namespace shirgate
