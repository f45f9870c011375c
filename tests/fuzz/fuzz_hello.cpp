// Any bytes as a client's first flight. Property: fed in pieces they end as they do fed whole, with the same count and
// the same body; and what the reader lets through, the parser, the judge and the fingerprint survive.
#include <algorithm>

#include "pieces.hpp"
#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/ja4.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"

namespace shirgate::fuzz {
namespace {

template <class Element>
std::size_t count(const TlsList<Element>& list) {
  std::size_t elements = 0;
  for ([[maybe_unused]] const auto& element : list) ++elements;
  return elements;
}

void judge(Input body) {
  const Copy copy(body);
  const auto hello = parse_hello(copy.bytes());
  if (hello.has_error()) return require(hello.error() == Reason::hello_malformed);
  require(hello->sni.text.size() <= max_raw_sni_bytes);
  require(count(hello->alpn) + count(hello->versions) + count(hello->groups) + count(hello->key_shares) +
              count(hello->signature_algorithms) + count(hello->cipher_suites) + count(hello->extensions) <=
          body.size());
  require(std::ranges::all_of(ja4_of(*hello).text(), [](char c) { return c > ' ' && c <= '~'; }));
  if (hello->sni.state != SniState::named) return;
  const auto host = parse_host(hello->sni.text);
  require(host.has_value());
  require(judge_hello(*hello, *host, {}) != Reason::sni_mismatch);
}

void read(Input input) {
  HelloReader whole;
  const auto said_whole = whole.feed(Copy(input).bytes());
  HelloReader pieces;
  Result<HelloProgress> said_pieces = HelloProgress::more;
  in_pieces(input, [&](Input piece) { said_pieces = pieces.feed(piece); });

  require(said_whole == said_pieces);
  require(whole.flight_bytes() == pieces.flight_bytes());
  require(whole.flight_bytes() <= input.size());
  require(std::ranges::equal(whole.body(), pieces.body()));
  require(!resembles(input).empty());
  if (said_whole.has_value() && *said_whole == HelloProgress::done) judge(whole.body());
}

}  // namespace
}  // namespace shirgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shirgate::fuzz::read({data, size});
  return 0;
}
