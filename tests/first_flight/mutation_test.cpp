// Damaged captures, the same ones in every run: whatever they are, reading ends, stays in bounds, and does not depend
// on how the bytes were cut. The sanitizers watch.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "corpus.hpp"
#include "feeding.hpp"
#include "mutator.hpp"
#include "openssl_legs.hpp"
#include "parsed_hello.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/ja4.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"
#include "retried_feeding.hpp"
#include "server_feeding.hpp"

namespace shirgate::test {
namespace {

void expect_bounded(const Hello& hello, const Octets& body) {
  EXPECT_LE(hello.sni.text.size(), max_raw_sni_bytes);
  EXPECT_LE(hello.sni.sent_bytes, body.size());
  EXPECT_LE(listed(hello.alpn).size() + listed(hello.versions).size() + listed(hello.groups).size() +
                listed(hello.key_shares).size() + listed(hello.extensions).size() + listed(hello.cipher_suites).size(),
            body.size());
  EXPECT_TRUE(std::ranges::all_of(ja4_of(hello).text(), [](char c) { return c > ' ' && c <= '~'; }));
  if (hello.sni.state != SniState::named) return;
  const auto host = parse_host(hello.sni.text);
  ASSERT_TRUE(host.has_value()) << hello.sni.text;
  EXPECT_NE(judge_hello(hello, *host, {}), Reason::sni_mismatch) << hello.sni.text;
}

TEST(MutatedCaptures, AreReadInBoundsHoweverTheyAreCut) {
  Mutator mutator(20261122);
  std::size_t whole_hellos = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto bytes = mutator.mutate(captures()[mutator.below(captures().size())].bytes);
    const auto outcome = fed_whole(bytes);
    ASSERT_LE(outcome.flight_bytes, bytes.size());
    ASSERT_LE(outcome.body.size() + 4, max_hello_bytes);
    ASSERT_EQ(fed_in_two(bytes, mutator.below(bytes.size() + 1)), outcome);
    ASSERT_EQ(fed_in_pieces_of(1 + mutator.below(40), bytes), outcome);
    EXPECT_FALSE(resembles(ExactCopy(bytes).span()).empty());
    if (outcome.answer != "done") continue;
    ++whole_hellos;
    const ParsedHello hello(outcome.body);
    if (hello.has_value()) expect_bounded(*hello, outcome.body);
    ASSERT_FALSE(HasFailure()) << "mutation " << i;
  }
  EXPECT_GT(whole_hellos, 2000u) << "the mutations hardly ever get past the framing; the test is not testing much";
}

TEST(MutatedHellos, AreParsedInBounds) {
  // Past the framing: the handshake body itself is damaged, so that every iteration reaches the parser.
  Mutator mutator(20261123);
  std::vector<Octets> bodies;
  for (const auto& capture : captures()) {
    if (capture.format() == "tls") bodies.push_back(fed_whole(capture.bytes).body);
  }
  std::size_t still_read = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto body = mutator.mutate(bodies[mutator.below(bodies.size())]);
    const ParsedHello hello(body);
    if (hello.has_error()) {
      ASSERT_EQ(hello.error(), Reason::hello_malformed);
      continue;
    }
    ++still_read;
    expect_bounded(*hello, body);
    ASSERT_FALSE(HasFailure()) << "mutation " << i;
  }
  EXPECT_GT(still_read, 1000u);
}

TEST(MutatedServerFlights, AreReadInBoundsHoweverTheyAreCut) {
  Mutator mutator(20261124);
  const TlsSettings tls12{.highest = TlsVersion::tls1_2};
  const std::vector<Octets> flights{
      flights_between({}, {}).answer, flights_between(tls12, {}).answer,
      flights_between({.groups = "X25519:P-384"}, {.groups = "P-384"}).answer,
      record({1, 112}, 21) + record(tls12_hello()) + in_records_of(300, certificate_message(Octets(1500, 0x30)))};
  std::map<std::string, int> openings;
  std::size_t leaves = 0;
  for (int i = 0; i < 20000; ++i) {
    // The first bytes are what most depends on.
    const auto& flight = flights[mutator.below(flights.size())];
    const auto front = std::min<std::size_t>(flight.size(), 4 + mutator.below(200));
    const auto middle = flight.begin() + static_cast<std::ptrdiff_t>(front);
    const auto bytes = mutator.mutate(Octets(flight.begin(), middle)) + Octets(middle, flight.end());
    const auto outcome = server_fed_whole(bytes);
    ASSERT_LE(outcome.read_bytes, bytes.size());
    ASSERT_LE(outcome.leaf.size(), max_leaf_bytes);
    ASSERT_EQ(server_fed_in_two(bytes, mutator.below(bytes.size() + 1)), outcome) << "mutation " << i;
    ASSERT_EQ(server_fed_in_pieces_of(1 + mutator.below(40), bytes), outcome) << "mutation " << i;
    ++openings[outcome.opening];
    if (!outcome.leaf.empty()) ++leaves;
  }
  for (const auto* opening : {"server_hello", "hello_retry", "not_handshake", "unreadable"})
    EXPECT_GT(openings[opening], 200) << opening;
  EXPECT_GT(leaves, 500u);
}

TEST(MutatedRetriedHellos, AreReadInBoundsHoweverTheyAreCut) {
  Mutator mutator(20261125);
  const auto second = Octets{20, 3, 3, 0, 1, 1} + record(Octets(60, 7), 23) + in_records_of(200, message_of_size(500));
  std::map<std::string, int> answers;
  for (int i = 0; i < 20000; ++i) {
    const auto bytes = mutator.mutate(second);
    const auto early_data = mutator.below(4) == 0 ? EarlyData::not_offered : EarlyData::offered;
    const auto outcome = retried_whole(bytes, early_data);
    ASSERT_LE(outcome.flight_bytes, bytes.size());
    ASSERT_EQ(retried_in_two(bytes, mutator.below(bytes.size() + 1), early_data), outcome) << "mutation " << i;
    ASSERT_EQ(retried_in_pieces_of(1 + mutator.below(40), bytes, early_data), outcome) << "mutation " << i;
    ++answers[outcome.answer];
  }
  for (const auto* answer : {"done", "more", "hello_malformed"}) EXPECT_GT(answers[answer], 500) << answer;
}

}  // namespace
}  // namespace shirgate::test
