#include "audit/replay.hpp"

#include <algorithm>

#include "audit/report.hpp"

namespace shirgate {
namespace {

/// Empty where one of them is none of ours or is missing: then nothing is known.
std::vector<Address> read_addresses(std::string_view list) {
  std::vector<Address> addresses;
  if (is_cut_short(list)) return addresses;
  for (const auto item : items_of(list)) {
    const auto address = parse_address(item);
    if (!address) return {};
    addresses.push_back(*address);
  }
  return addresses;
}

bool is_the_policys(Reason reason) {
  const auto stage = row_of(reason).stage;
  return stage == Stage::identify || stage == Stage::policy || reason == Reason::address_not_expected;
}

bool may_be_absent(const Rule& rule) { return rule.hello.sni_optional && rule.protocol == Protocol::tds; }

/// Does the rule ask of the first flight what report mode had let pass?
bool still_refuses(Reason lifted, const Rule& rule) {
  if (lifted == Reason::ech_refused) return !rule.hello.ech_allowed;
  if (lifted == Reason::sni_absent) return !may_be_absent(rule);
  return true;
}

bool offers_more(std::string_view alpn, const std::vector<std::string>& listed) {
  const auto offered = items_of(alpn);
  return std::any_of(offered.begin(), offered.end(), [&](std::string_view protocol) {
    return std::find(listed.begin(), listed.end(), protocol) == listed.end();
  });
}

/// What the rule has against the ClientHello, as far as the line tells it, in the order of the gate.
Reason judge_hello(const LogLine& line, const Rule& rule, const Host& host) {
  const auto version = parse_tls_version(line.tls_version);
  if (version && *version < rule.hello.minimum_version) return Reason::tls_version_refused;
  if (!rule.hello.alpn.empty() && offers_more(line.alpn, rule.hello.alpn)) return Reason::alpn_refused;
  if (line.sni.empty() && !line.tls_version.empty() && !may_be_absent(rule)) return Reason::sni_absent;
  if (!line.sni.empty() && !is_spelling_of(host, line.sni)) return Reason::sni_mismatch;
  if (line.ech && !rule.hello.ech_allowed) return Reason::ech_refused;
  return Reason::allowed;
}

/// Likewise of a first flight that passed, whatever it was.
Reason judge_flight(const LogLine& line, const Rule& rule, const Host& host) {
  if (!line.resembles.empty() && rule.protocol == Protocol::tls) return Reason::not_tls;
  if (!line.resembles.empty() && rule.protocol == Protocol::tds && line.resembles != "tds")
    return Reason::tds_malformed;
  const auto judged = judge_hello(line, rule, host);
  if (judged != Reason::allowed) return judged;
  const auto lifted = parse_reason(line.would_deny);
  const bool by_flight = lifted && row_of(*lifted).stage == Stage::first_flight;
  // The name it was lifted for is told, or was not the only thing.
  return by_flight && still_refuses(*lifted, rule) ? *lifted : Reason::allowed;
}

}  // namespace

void Replay::add(const LogLine& line) {
  if (line.action == Action::open) add_open(line);
  if (line.action == Action::checked) add_checked(line);
  if (line.is_refusal()) add_refusal(line);
}

Verdict Replay::judge(const LogLine& line, std::string_view addresses) const {
  Verdict verdict;
  const auto client = parse_address(line.client);
  const auto runtime = client ? policy_.identify(*client) : std::nullopt;
  if (!runtime) {
    verdict.reason = Reason::client_not_listed;
    return verdict;
  }
  const auto host = parse_host(line.host);
  if (host.has_error() || line.port == 0 || line.port > 65'535) {
    verdict.reason = host.has_error() ? host.error() : Reason::bad_port;
    return verdict;
  }
  const Asked asked{.target = {*host, static_cast<std::uint16_t>(line.port)}};
  verdict = policy_.decide(*runtime, asked, now_);
  const auto judged = read_addresses(addresses);
  if (!verdict.allowed() || judged.empty()) return verdict;
  verdict.reason = policy_.judge_addresses(verdict, judged);
  return verdict;
}

void Replay::add_open(const LogLine& line) {
  ++tunnels_;
  const auto verdict = judge(line, line.upstream);
  if (!verdict.allowed())
    add_to(would_refuse_, line, verdict.runtime, to_string(verdict.reason));
  else if (verdict.would_deny != Reason::allowed)
    ++only_reported_;
}

void Replay::add_checked(const LogLine& line) {
  const auto verdict = judge(line, {});
  const auto* rule = policy_.rule(verdict.rule);
  const auto host = parse_host(line.host);
  // What is refused already when it opens is told there.
  if (!verdict.allowed() || rule == nullptr || host.has_error()) return;
  const auto reason = judge_flight(line, *rule, *host);
  if (reason == Reason::allowed || (verdict.mode == Mode::report && may_be_lifted(reason))) return;
  add_to(would_refuse_, line, verdict.runtime, to_string(reason));
}

void Replay::add_refusal(const LogLine& line) {
  const auto reason = parse_reason(line.reason);
  if (!reason || !is_the_policys(*reason)) return;
  refusals_ += line.count;
  // Without the addresses nobody can say whether they are expected now.
  if (*reason == Reason::address_not_expected && read_addresses(line.resolved).empty()) return;
  const auto verdict = judge(line, line.resolved);
  if (verdict.allowed()) add_to(would_allow_, line, verdict.runtime, line.reason);
}

void Replay::add_to(Changes& changes, const LogLine& line, Name runtime, std::string_view reason) {
  Key key{std::string(line.runtime.empty() ? runtime.text() : line.runtime), target_of(line), std::string(reason)};
  auto found = changes.listed.find(key);
  const bool room = changes.listed.size() < max_listed;
  if (found == changes.listed.end() && room) found = changes.listed.try_emplace(key).first;
  if (found == changes.listed.end()) changes.rest_targets.add(key.target);
  auto& summary = found == changes.listed.end() ? changes.rest : found->second;
  summary.count += line.count;
  summary.clients.add(line.client);
  const auto first = line.first_at.empty() ? line.time : line.first_at;
  if (summary.first_seen.empty() || first < summary.first_seen) summary.first_seen = first;
  if (summary.last_seen < line.time) summary.last_seen = line.time;
}

}  // namespace shirgate
