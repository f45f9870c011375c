// Would this tunnel be opened today?
#pragma once

#include "policy/policy.hpp"
#include "proxy/relay/handover.hpp"

namespace shirgate {

/// Judges an open tunnel by a policy that may be newer than the one that let it through: client, host, port, protocol
/// and the address that was dialled. `allowed`, `rule_expired` or `policy_revoked`. Pure.
[[nodiscard]] Reason judge_tunnel(const Policy& policy, const TunnelFacts& facts, Time now);

}  // namespace shirgate
