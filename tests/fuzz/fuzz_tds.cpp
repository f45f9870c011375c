// Any bytes as each of the three things the gate reads of TDS: a client's PRELOGIN, a server's answer to one, and a
// ClientHello in packets. Properties: fed in pieces they end as they do fed whole; a PRELOGIN that was read is rebuilt
// into one that reads the same; a hello in packets is the hello a reader finds without them.
#include <algorithm>

#include "pieces.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"
#include "proxy/first_flight/tds_tls.hpp"

namespace shirgate::fuzz {
namespace {

std::vector<std::uint8_t> collected(Input input, TdsPacketType type) {
  PreloginReader whole(type);
  const auto said_whole = whole.feed(Copy(input).bytes());
  PreloginReader pieces(type);
  TdsResult<HelloProgress> said_pieces = HelloProgress::more;
  in_pieces(input, [&](Input piece) { said_pieces = pieces.feed(piece); });
  require(said_whole == said_pieces);
  require(whole.flight_bytes() == pieces.flight_bytes() && whole.flight_bytes() <= input.size());
  require(std::ranges::equal(whole.payload(), pieces.payload()));
  return {whole.payload().begin(), whole.payload().end()};
}

void read_prelogin(Input payload) {
  const auto prelogin = parse_prelogin(Copy(payload).bytes());
  if (prelogin.has_error()) return;
  const auto rebuilt = rebuild(*prelogin);
  PreloginReader reader(TdsPacketType::prelogin);
  require(reader.feed(rebuilt) == HelloProgress::done && reader.flight_bytes() == rebuilt.size());
  const auto again = parse_prelogin(reader.payload());
  require(again.has_value() && *again == *prelogin);
  const auto answer = parse_prelogin_answer(payload);
  // A server's is read as strictly, but for the bit that only a client sets.
  require(answer.has_value() ? *answer == prelogin->encryption : prelogin->client_certificate);
}

void read_answer(Input payload) {
  const auto answer = parse_prelogin_answer(Copy(payload).bytes());
  if (answer.has_error()) return;
  for (const auto client : {TdsEncryption::off, TdsEncryption::on, TdsEncryption::required})
    require(negotiated(client, *answer) != EncryptionOutcome::full || may_become_full(client));
}

std::vector<std::uint8_t> unwrapped(Input packets) {
  std::vector<std::uint8_t> inner;
  while (packets.size() > tds_header_bytes) {
    const auto size = std::min<std::size_t>(packets.size(), static_cast<std::size_t>(packets[2]) << 8 | packets[3]);
    inner.insert(inner.end(), packets.begin() + tds_header_bytes, packets.begin() + static_cast<long>(size));
    packets = packets.subspan(size);
  }
  return inner;
}

void read_wrapped_hello(Input input) {
  HelloReader hello;
  TdsHelloReader whole(hello);
  const auto said_whole = whole.feed(Copy(input).bytes());
  HelloReader hello_in_pieces;
  TdsHelloReader pieces(hello_in_pieces);
  Result<HelloProgress> said_pieces = HelloProgress::more;
  in_pieces(input, [&](Input piece) { said_pieces = pieces.feed(piece); });
  require(said_whole == said_pieces);
  require(whole.flight_bytes() == pieces.flight_bytes() && whole.flight_bytes() <= input.size());
  require(whole.login_in_the_clear() == pieces.login_in_the_clear());
  require(std::ranges::equal(hello.body(), hello_in_pieces.body()));
  if (said_whole.has_error() || *said_whole != HelloProgress::done) return;

  HelloReader plain;
  require(plain.feed(unwrapped(input.first(whole.flight_bytes()))) == HelloProgress::done);
  require(std::ranges::equal(plain.body(), hello.body()));
}

}  // namespace
}  // namespace shirgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shirgate;
  const fuzz::Input input(data, size);
  fuzz::read_prelogin(fuzz::collected(input, TdsPacketType::prelogin));
  fuzz::read_answer(fuzz::collected(input, TdsPacketType::response));
  fuzz::read_wrapped_hello(input);
  return 0;
}
