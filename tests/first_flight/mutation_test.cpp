// Damaged captures, the same ones in every run: whatever they are, reading ends, stays in bounds, and does not depend
// on how the bytes were cut. The sanitizers watch.
#include <gtest/gtest.h>

#include <random>

#include "corpus.hpp"
#include "feeding.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"

namespace shirgate::test {
namespace {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  /// A number below the bound. Not a std::distribution, whose results differ from library to library.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  Octets mutate(Octets bytes) {
    for (auto rounds = 1 + below(4); rounds > 0; --rounds) mutate_once(bytes);
    return bytes;
  }

 private:
  void mutate_once(Octets& bytes) {
    if (bytes.empty()) return bytes.push_back(static_cast<std::uint8_t>(random_()));
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size()));
    switch (below(6)) {
      case 0: *at ^= static_cast<std::uint8_t>(1u << below(8)); break;
      case 1: *at = static_cast<std::uint8_t>(random_()); break;
      case 2: *at = below(2) == 0 ? 0x00 : 0xff; break;
      case 3: bytes.erase(at); break;
      case 4: bytes.insert(at, static_cast<std::uint8_t>(random_())); break;
      default: bytes.erase(at, bytes.end()); break;
    }
  }

  std::mt19937 random_;
};

void expect_bounded(const Hello& hello, const Octets& body) {
  EXPECT_LE(hello.sni.raw.size(), max_raw_sni_bytes);
  EXPECT_LE(hello.sni.raw_bytes, body.size());
  EXPECT_LE(hello.alpn.size() + hello.versions.size(), body.size());
  EXPECT_EQ(hello.sni.host.has_value(), hello.sni.state == SniState::named);
  EXPECT_TRUE(hello.sni.state == SniState::malformed || hello.sni.raw.empty());
  if (!hello.sni.host) return;
  const auto again = parse_host(hello.sni.host->text());
  EXPECT_TRUE(again.has_value() && *again == *hello.sni.host) << hello.sni.host->text();
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
    const auto hello = parse_hello(ExactCopy(outcome.body).span());
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
    const auto hello = parse_hello(ExactCopy(body).span());
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

}  // namespace
}  // namespace shirgate::test
