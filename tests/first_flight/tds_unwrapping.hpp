// Ways to bring bytes to a TdsHelloReader, and what came of them in a form that compares.
#pragma once

#include <vector>

#include "feeding.hpp"
#include "proxy/first_flight/tds_tls.hpp"

namespace shirgate::test {

/// Each piece from its own exact copy, which is gone when the next one comes.
inline Outcome unwrapped(const std::vector<OctetSpan>& pieces) {
  HelloReader hello;
  TdsHelloReader reader(hello);
  Result<HelloProgress> said = HelloProgress::more;
  for (const auto piece : pieces) said = reader.feed(ExactCopy(piece).span());
  const auto answer = answer_text(said);
  // A packet can end what its hello reader would still go on with; there is no body then.
  const auto body = answer == "done" ? hello.body() : OctetSpan();
  return {answer, reader.flight_bytes(), Octets(body.begin(), body.end())};
}

inline Outcome unwrapped(const Octets& bytes) { return unwrapped(std::vector{OctetSpan(bytes)}); }

}  // namespace shirgate::test
