#include "audit/replay.hpp"

#include <algorithm>

#include "audit/report.hpp"

namespace shirgate {
namespace {

/// Empty where one of them is none of ours: then nothing is known.
std::vector<Address> read_addresses(std::string_view list) {
  std::vector<Address> addresses;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    const auto address = parse_address(list.substr(0, end));
    if (!address) return {};
    addresses.push_back(*address);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return addresses;
}

bool is_the_policys(Reason reason) {
  const auto stage = row_of(reason).stage;
  return stage == Stage::identify || stage == Stage::policy || reason == Reason::address_not_expected;
}

/// Does the rule ask of the first flight what report mode had let pass?
bool still_refuses(Reason lifted, const Rule& rule) {
  if (lifted == Reason::ech_refused) return !rule.hello.ech_allowed;
  if (lifted == Reason::sni_absent) return !rule.hello.sni_optional && rule.protocol != Protocol::any;
  return true;
}

}  // namespace

void Replay::add(const LogLine& line) {
  if (line.action == Action::open) add_open(line);
  if (line.action == Action::checked && !line.would_deny.empty()) add_checked(line);
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
  const auto lifted = parse_reason(line.would_deny);
  if (!lifted || row_of(*lifted).stage != Stage::first_flight) return;
  const auto verdict = judge(line, {});
  const auto* rule = policy_.rule(verdict.rule);
  // What is refused already when it opens is told there.
  if (!verdict.allowed() || verdict.mode == Mode::report || rule == nullptr || !still_refuses(*lifted, *rule)) return;
  add_to(would_refuse_, line, verdict.runtime, to_string(*lifted));
}

void Replay::add_refusal(const LogLine& line) {
  const auto reason = parse_reason(line.reason);
  if (!reason || !is_the_policys(*reason)) return;
  refusals_ += line.count;
  // Without the addresses nobody can say whether they are expected now.
  if (*reason == Reason::address_not_expected && line.resolved.empty()) return;
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
