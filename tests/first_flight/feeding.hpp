// Ways to bring the same bytes to a HelloReader, and what came of it in a form that compares.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "exact_copy.hpp"
#include "proxy/first_flight/hello_reader.hpp"

namespace shirgate::test {

struct Outcome {
  std::string answer;  ///< "more", "done", or the reason's token
  std::size_t flight_bytes = 0;
  Octets body;

  [[nodiscard]] friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << outcome.answer << " after " << outcome.flight_bytes << " bytes, body of " << outcome.body.size();
  }
};

inline std::string answer_text(const Result<HelloProgress>& said) {
  if (said.has_error()) return std::string(to_string(said.error()));
  return *said == HelloProgress::done ? "done" : "more";
}

/// A reader and the last thing it said. Each piece is fed from its own exact copy, which is gone when the next one
/// comes.
class Feeding {
 public:
  Feeding& feed(OctetSpan piece) {
    const ExactCopy copy(piece);
    said_ = reader_.feed(copy.span());
    return *this;
  }

  [[nodiscard]] Outcome outcome() const {
    const auto body = reader_.body();
    return {answer_text(said_), reader_.flight_bytes(), Octets(body.begin(), body.end())};
  }

 private:
  HelloReader reader_;
  Result<HelloProgress> said_ = HelloProgress::more;
};

inline Outcome fed_whole(OctetSpan bytes) { return Feeding().feed(bytes).outcome(); }

inline Outcome fed_in_two(OctetSpan bytes, std::size_t cut) {
  return Feeding().feed(bytes.first(cut)).feed(bytes.subspan(cut)).outcome();
}

inline Outcome fed_in_pieces_of(std::size_t size, OctetSpan bytes) {
  Feeding feeding;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(size, bytes.size()))) {
    feeding.feed(bytes.first(std::min(size, bytes.size())));
  }
  return feeding.outcome();
}

}  // namespace shirgate::test
