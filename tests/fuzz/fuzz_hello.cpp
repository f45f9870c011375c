// Any bytes as a client's first flight. Property: fed in pieces they end as they do fed whole, with the same count and
// the same body; and what the reader lets through, the parser and the judge survive.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"

namespace {

using namespace shirgate;
using Input = std::span<const std::uint8_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Feeds an exact copy, which is gone afterwards: a reader that kept a pointer would be caught.
Result<HelloProgress> feed(HelloReader& reader, Input piece) {
  const auto copy = std::make_unique<std::uint8_t[]>(piece.size());
  std::copy(piece.begin(), piece.end(), copy.get());
  return reader.feed({copy.get(), piece.size()});
}

/// The cuts follow from the input, so that a finding repeats; the input itself stays a plain capture.
std::minstd_rand cuts_for(Input input) {
  std::uint32_t hash = 2166136261u;
  for (const auto byte : input) hash = (hash ^ byte) * 16777619u;
  return std::minstd_rand(hash);
}

Result<HelloProgress> feed_in_pieces(HelloReader& reader, Input input) {
  auto random = cuts_for(input);
  const std::size_t longest = std::size_t{1} << random() % 9;
  Result<HelloProgress> said = HelloProgress::more;
  while (!input.empty()) {
    const auto size = std::min<std::size_t>(input.size(), random() % (longest + 1));  // sometimes 0
    said = feed(reader, input.first(size));
    input = input.subspan(size);
  }
  return said;
}

void judge(Input body) {
  const std::vector<std::uint8_t> copy(body.begin(), body.end());
  const auto hello = parse_hello(copy);
  if (hello.has_error()) return require(hello.error() == Reason::hello_malformed);
  require(hello->sni.host.has_value() == (hello->sni.state == SniState::named));
  require(hello->sni.raw.size() <= max_raw_sni_bytes);
  if (hello->sni.host) require(judge_hello(*hello, *hello->sni.host, {}) != Reason::sni_mismatch);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  HelloReader whole;
  const auto said_whole = feed(whole, input);
  HelloReader pieces;
  const auto said_pieces = feed_in_pieces(pieces, input);

  require(said_whole == said_pieces);
  require(whole.flight_bytes() == pieces.flight_bytes());
  require(whole.flight_bytes() <= size);
  require(std::ranges::equal(whole.body(), pieces.body()));
  require(!resembles(input).empty());
  if (said_whole.has_value() && *said_whole == HelloProgress::done) judge(whole.body());
  return 0;
}
