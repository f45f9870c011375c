#include "proxy/session/judge_tunnel.hpp"

namespace shirgate {

Reason judge_tunnel(const Policy& policy, const TunnelFacts& facts, Time now) {
  const auto runtime = policy.identify(facts.client.address);
  if (!runtime || *runtime != facts.verdict.runtime) return Reason::policy_revoked;
  const Asked asked{.target = facts.target, .protocol = facts.verdict.protocol};
  const auto verdict = policy.decide(*runtime, asked, now);
  if (verdict.reason == Reason::rule_expired) return Reason::rule_expired;
  if (!verdict.allowed()) return Reason::policy_revoked;
  // What only report mode let through does not survive its end, nor does ECH that its rule no longer allows.
  const bool reported = facts.verdict.would_deny != Reason::allowed;
  const auto* rule = policy.rule(verdict.rule);
  const auto* now_is = policy.runtime(*runtime);
  const bool browser = now_is != nullptr && now_is->kind == RuntimeKind::browser;
  const bool ech_allowed = rule != nullptr ? rule->hello.ech_allowed : browser;
  const bool needs_report_mode = reported || (facts.ech && !ech_allowed);
  if (needs_report_mode && policy.mode_of(*runtime, verdict.channel, now) != Mode::report)
    return Reason::policy_revoked;
  const auto address = policy.judge_addresses(verdict, std::span(&facts.upstream, 1));
  return address == Reason::allowed ? Reason::allowed : Reason::policy_revoked;
}

}  // namespace shirgate
