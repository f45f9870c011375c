// Ways to bring a second hello to a RetriedHelloReader, whose HelloReader has read a first one.
#pragma once

#include "feeding.hpp"
#include "hello_builder.hpp"
#include "proxy/first_flight/retried_hello.hpp"

namespace shirgate::test {

/// Each piece is fed from its own exact copy, which is gone when the next one comes.
class RetriedFeeding {
 public:
  explicit RetriedFeeding(EarlyData early_data) : reader_(with_a_first_hello(hello_), early_data) {}

  RetriedFeeding& feed(OctetSpan piece) {
    said_ = reader_.feed(ExactCopy(piece).span());
    return *this;
  }

  [[nodiscard]] Outcome outcome() const {
    const auto body = hello_.body();
    return {answer_text(said_), reader_.flight_bytes(), Octets(body.begin(), body.end())};
  }

 private:
  static HelloReader& with_a_first_hello(HelloReader& reader) {
    const auto first = in_records_of(100, message_of_size(900));
    if (reader.feed(first) != HelloProgress::done) throw std::logic_error("the first hello is not read");
    return reader;
  }

  HelloReader hello_;
  RetriedHelloReader reader_;
  Result<HelloProgress> said_ = HelloProgress::more;
};

inline Outcome retried_whole(OctetSpan bytes, EarlyData early_data) {
  return RetriedFeeding(early_data).feed(bytes).outcome();
}

inline Outcome retried_in_two(OctetSpan bytes, std::size_t cut, EarlyData early_data) {
  return RetriedFeeding(early_data).feed(bytes.first(cut)).feed(bytes.subspan(cut)).outcome();
}

inline Outcome retried_in_pieces_of(std::size_t size, OctetSpan bytes, EarlyData early_data) {
  RetriedFeeding feeding(early_data);
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(size, bytes.size()))) {
    feeding.feed(bytes.first(std::min(size, bytes.size())));
  }
  return feeding.outcome();
}

}  // namespace shirgate::test
