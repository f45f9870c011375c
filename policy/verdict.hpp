// The question and the answer. Both are values: a verdict holds no pointer into the policy that gave it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/name.hpp"
#include "policy/reason.hpp"
#include "policy/rule.hpp"
#include "policy/target.hpp"

namespace shirgate {

/// What an ingress made of the first bytes. CONNECT does not say what will be spoken, so `protocol` is empty there;
/// `method` and `path` are for requests the gate forwards itself.
struct Asked {
  Target target;
  std::optional<Protocol> protocol{};
  std::string method{};
  std::string path{};
};

enum class Mode : std::uint8_t {
  enforce,  ///< what is not allowed does not leave
  report,   ///< a few refusals are recorded instead of carried out, for a while: see may_be_lifted
};
[[nodiscard]] std::string_view to_string(Mode mode);

/// The refusals that report mode turns into a record: host_not_listed, port_not_listed, sni_mismatch, sni_absent and
/// ech_refused. Everything else ends as it does in enforce mode: the address floor, what could not be read, the audit.
[[nodiscard]] bool may_be_lifted(Reason reason);

struct Verdict {
  Reason reason = Reason::host_not_listed;
  Mode mode = Mode::enforce;
  Reason would_deny = Reason::allowed;  ///< in report mode: the reason it would have had
  Protocol protocol = Protocol::tls;    ///< what the first flight must be; meaningful when allowed
  Name runtime{};
  Name channel{};            ///< empty when no rule matched
  Name rule{};               ///< the rule that decided; empty when none matched
  bool by_wildcard = false;  ///< the rule does not name the host

  [[nodiscard]] bool allowed() const { return reason == Reason::allowed; }
};

}  // namespace shirgate
