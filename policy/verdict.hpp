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

/// enforce: what is not allowed does not leave.
enum class Mode : std::uint8_t { enforce };
[[nodiscard]] std::string_view to_string(Mode mode);

struct Verdict {
  Reason reason = Reason::host_not_listed;
  Mode mode = Mode::enforce;
  Protocol protocol = Protocol::tls;  ///< what the first flight must be; meaningful when allowed
  Name runtime{};
  Name channel{};  ///< empty when no rule matched
  Name rule{};     ///< the rule that decided; empty when none matched

  [[nodiscard]] bool allowed() const { return reason == Reason::allowed; }
};

}  // namespace shirgate
