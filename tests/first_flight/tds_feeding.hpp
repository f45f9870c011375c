// Ways to bring bytes to a PreloginReader, and what came of them in a form that compares.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "exact_copy.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"

namespace shirgate::test {

inline std::string name_of(TdsResult<HelloProgress> said) {
  if (said.has_error()) return said.error() == TdsFault::malformed ? "malformed" : "too_large";
  return *said == HelloProgress::done ? "done" : "more";
}

struct Collected {
  std::string answer;  ///< "more", "done" or the fault
  std::size_t flight_bytes = 0;
  Octets payload;

  [[nodiscard]] friend bool operator==(const Collected&, const Collected&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Collected& collected) {
    return out << collected.answer << " after " << collected.flight_bytes << " bytes";
  }
};

/// Each piece from its own exact copy, which is gone when the next one comes.
inline Collected collected(const std::vector<OctetSpan>& pieces, TdsPacketType type = TdsPacketType::prelogin) {
  PreloginReader reader(type);
  TdsResult<HelloProgress> said = HelloProgress::more;
  for (const auto piece : pieces) said = reader.feed(ExactCopy(piece).span());
  const auto payload = reader.payload();
  return {name_of(said), reader.flight_bytes(), Octets(payload.begin(), payload.end())};
}

inline Collected collected(const Octets& bytes) { return collected(std::vector{OctetSpan(bytes)}); }

inline TdsResult<Prelogin> parsed(const Octets& payload) { return parse_prelogin(ExactCopy(payload).span()); }

}  // namespace shirgate::test
