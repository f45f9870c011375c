#include "proxy/session/judge_tunnel.hpp"

namespace shirgate {

Reason judge_tunnel(const Policy& policy, const TunnelFacts& facts, Time now) {
  const auto runtime = policy.identify(facts.client.address);
  if (!runtime || *runtime != facts.verdict.runtime) return Reason::policy_revoked;
  const Asked asked{.target = facts.target, .protocol = facts.verdict.protocol};
  const auto verdict = policy.decide(*runtime, asked, now);
  if (verdict.reason == Reason::rule_expired) return Reason::rule_expired;
  if (!verdict.allowed()) return Reason::policy_revoked;
  const auto address = policy.judge_addresses(verdict, std::span(&facts.upstream, 1));
  return address == Reason::allowed ? Reason::allowed : Reason::policy_revoked;
}

}  // namespace shirgate
