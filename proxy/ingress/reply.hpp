// What a client of the proxy port is told before a tunnel opens. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/reason.hpp"
#include "policy/verdict.hpp"

namespace shirgate {

inline constexpr std::string_view established_reply = "HTTP/1.1 200 Connection established\r\n\r\n";

struct Refusal {
  Reason reason;
  std::uint64_t tunnel;            ///< request id, so that the line in the audit log can be found
  const Target* target = nullptr;  ///< null where none was made
  std::string_view rule{};         ///< the rule that decided, if any
  std::string_view advice{};       ///< in place of the reason's own, where more is known
  bool identified = false;         ///< an unidentified client gets reason and id only
  bool json = false;
};

/// A whole HTTP response with one line of text (or one JSON object), Proxy-Status (RFC 9209) and `Connection: close`.
/// Empty where the reason has no HTTP status, because nobody is left to be told.
[[nodiscard]] std::string refusal_reply(const Refusal& refusal);

}  // namespace shirgate
