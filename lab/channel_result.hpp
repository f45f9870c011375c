// From what a walk came to on each channel to what the node's people see: pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/scenario.hpp"
#include "lab/audit_log.hpp"
#include "lab/shir_walk.hpp"

namespace shirgate::lab {

/// "blocked (host_not_listed)".
[[nodiscard]] std::string to_string(const Expected& expected);

/// An errand, as the client and the audit log tell it.
struct Told {
  Errand errand;
  std::vector<AuditLine> trail;
};

/// Why the gate ended it; nothing where it worked or somebody else ended it.
[[nodiscard]] std::optional<Reason> reason_of_gate(const std::vector<AuditLine>& trail);

struct ChannelResult {
  std::string channel;
  Expected expected;
  Expected found;
  std::size_t errands = 0;
  std::size_t worked = 0;
  std::uint64_t sent = 0;  ///< by the node, through tunnels
  std::uint64_t received = 0;
  std::string trouble{};                     ///< of the first errand that did not work
  std::optional<adf::ErrorMessage> shown{};  ///< what the integration runtime shows then, as far as documented
  [[nodiscard]] bool held() const { return found == expected; }
};

/// One for each channel the node uses, in its order.
[[nodiscard]] std::vector<ChannelResult> channel_results(const Scenario& scenario, const std::vector<Told>& walk);

/// What the portal shows of such a node: Online, Limited or Offline.
[[nodiscard]] std::string_view status_of(const std::vector<ChannelResult>& channels);

/// What the integration runtime shows when an errand on the channel ends like this: the message documented for the
/// channel and the reason, else for how it feels to a client, else for the channel. Null where no document has one.
[[nodiscard]] const adf::ErrorMessage* message_for(const adf::Catalogue& catalogue, std::string_view channel,
                                                   std::optional<Reason> reason, const Visit& visit);

}  // namespace shirgate::lab
