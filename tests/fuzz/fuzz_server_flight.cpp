// Any bytes as a server's answer, and as what a client sends when it is asked again. Properties: fed in pieces they end
// as they do fed whole; a HelloRetryRequest is told from a ServerHello as a plain reassembly tells them; the second
// hello is the one a reader of first hellos finds behind what may come before it; a leaf is safe to read.
#include <algorithm>
#include <array>

#include "certs/certificate_facts.hpp"
#include "pieces.hpp"
#include "proxy/first_flight/retried_hello.hpp"
#include "proxy/first_flight/server_flight.hpp"

namespace shirgate::fuzz {
namespace {

/// SHA-256 of "HelloRetryRequest", once more, so that the product's own copy is checked.
constexpr std::array<std::uint8_t, 32> retry_random{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                                    0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                                    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

std::size_t record_bytes(Input records) {
  return std::min(records.size(), 5 + (static_cast<std::size_t>(records[3]) << 8 | records[4]));
}

/// The payloads of all handshake records, whatever is between them.
std::vector<std::uint8_t> handshake_bytes(Input records) {
  std::vector<std::uint8_t> payload;
  while (records.size() > 5) {
    const auto size = record_bytes(records);
    if (records[0] == 22) payload.insert(payload.end(), records.begin() + 5, records.begin() + static_cast<long>(size));
    records = records.subspan(size);
  }
  return payload;
}

void expect_same(const ServerFlightReader& whole, const ServerFlightReader& pieces) {
  require(whole.opening() == pieces.opening());
  require(whole.wants_more() == pieces.wants_more());
  require(whole.read_bytes() == pieces.read_bytes());
  require(whole.version() == pieces.version());
  require(whole.leaf_certificate() == pieces.leaf_certificate());
  require(std::ranges::equal(whole.leaf(), pieces.leaf()));
}

void read_answer(Input input) {
  ServerFlightReader whole;
  whole.feed(Copy(input).bytes());
  ServerFlightReader pieces;
  in_pieces(input, [&](Input piece) { pieces.feed(piece); });
  expect_same(whole, pieces);
  require(whole.read_bytes() <= input.size());
  require(whole.wants_more() || whole.opening() != ServerOpening::undecided);

  const bool retry = whole.opening() == ServerOpening::hello_retry;
  if (retry || whole.opening() == ServerOpening::server_hello) {
    const auto handshake = handshake_bytes(input);
    require(handshake.size() >= 38 && handshake[0] == 2);
    require(std::equal(retry_random.begin(), retry_random.end(), handshake.begin() + 6) == retry);
  }
  if (const auto facts = read_certificate(whole.leaf())) {
    require(facts->issuer.size() <= max_issuer_bytes && facts->dns_names.size() <= max_certificate_names);
  }
}

void read_second_hello(Input input, EarlyData early_data) {
  HelloReader hello;
  RetriedHelloReader whole(hello, early_data);
  const auto said_whole = whole.feed(Copy(input).bytes());
  HelloReader hello_in_pieces;
  RetriedHelloReader pieces(hello_in_pieces, early_data);
  Result<HelloProgress> said_pieces = HelloProgress::more;
  in_pieces(input, [&](Input piece) { said_pieces = pieces.feed(piece); });
  require(said_whole == said_pieces);
  require(whole.flight_bytes() == pieces.flight_bytes());
  require(std::ranges::equal(hello.body(), hello_in_pieces.body()));
  require(whole.flight_bytes() <= std::min(input.size(), max_retried_flight_bytes));
  if (said_whole.has_error() || *said_whole != HelloProgress::done) return;

  while (input[0] != 22) input = input.subspan(record_bytes(input));
  HelloReader plain;
  require(plain.feed(input) == HelloProgress::done);
  require(std::ranges::equal(plain.body(), hello.body()));
}

}  // namespace
}  // namespace shirgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shirgate;
  fuzz::read_answer({data, size});
  fuzz::read_second_hello({data, size}, EarlyData::offered);
  fuzz::read_second_hello({data, size}, EarlyData::not_offered);
  return 0;
}
