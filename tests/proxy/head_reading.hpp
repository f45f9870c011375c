// Reads request heads in one piece and byte by byte.
#pragma once

#include <ostream>
#include <string>

#include "exact_text.hpp"
#include "proxy/ingress/request_head.hpp"

namespace shirgate::test {

struct HeadOutcome {
  RequestHead::State state = RequestHead::State::more;
  Reason reason = Reason::allowed;
  std::string target{};
  std::size_t consumed = 0;
  bool json = false;

  [[nodiscard]] friend bool operator==(const HeadOutcome&, const HeadOutcome&) = default;
};

inline void PrintTo(const HeadOutcome& outcome, std::ostream* out) {
  constexpr const char* states[]{"more", "whole", "refused"};
  *out << states[static_cast<int>(outcome.state)] << ' ' << to_string(outcome.reason) << " '" << outcome.target << "' "
       << outcome.consumed << (outcome.json ? " json" : "");
}

inline HeadOutcome outcome_of(const RequestHead& head, RequestHead::State state) {
  HeadOutcome outcome{.state = state};
  if (state == RequestHead::State::refused) outcome.reason = head.reason();
  if (state == RequestHead::State::whole) {
    outcome.target = to_string(head.asked().target);
    outcome.consumed = head.consumed();
    outcome.json = head.wants_json();
  }
  return outcome;
}

inline HeadOutcome read_at_once(std::string_view text) {
  RequestHead head;
  const ExactText exact(text);
  return outcome_of(head, head.read(exact.view()));
}

/// Each read sees one byte more, in a block of its own, as a session's buffer may move.
inline HeadOutcome read_byte_by_byte(std::string_view text) {
  RequestHead head;
  auto state = RequestHead::State::more;
  for (std::size_t size = 1; size <= text.size() && state == RequestHead::State::more; ++size) {
    const ExactText exact(text.substr(0, size));
    state = head.read(exact.view());
  }
  return outcome_of(head, state);
}

inline std::string connect_to(std::string_view target, std::string_view fields = {}) {
  return "CONNECT " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(target) + "\r\n" + std::string(fields) +
         "\r\n";
}

}  // namespace shirgate::test
