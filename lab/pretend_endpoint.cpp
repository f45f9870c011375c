#include "lab/pretend_endpoint.hpp"

#include <utility>

#include "lab/tds.hpp"

namespace shirgate::lab {
namespace {

constexpr std::size_t most_swallowed = std::size_t{1} << 20;
constexpr std::uint8_t tls_handshake_record = 0x16;

}  // namespace

PretendEndpoint::PretendEndpoint(const TlsServerContext& context, Talk talk, Manner manner,
                                 std::optional<TlsServerContext> strict)
    : context_(context),
      strict_(std::move(strict)),
      talk_(std::move(talk)),
      manner_(manner),
      listener_([this](BlockingSocket& socket) { serve(socket); }) {}

void PretendEndpoint::serve(BlockingSocket& socket) {
  if (manner_.bytes_per_second > 0) socket.slow_down(manner_.bytes_per_second);
  SeenConnection seen;
  switch (manner_.wire) {
    case Wire::tls: serve_tls(socket, context_, InPackets::no, seen); break;
    case Wire::tds: serve_tds(socket, seen); break;
    case Wire::silent: seen.received = socket.read_up_to(most_swallowed).size(); break;
  }
  const std::scoped_lock lock(mutex_);
  if (seen_.size() < max_seen) seen_.push_back(std::move(seen));
}

void PretendEndpoint::serve_tds(BlockingSocket& socket, SeenConnection& seen) {
  if (strict_ && socket.begins_with(tls_handshake_record))
    serve_tls(socket, *strict_, InPackets::no, seen);
  else if (answer_prelogin(socket, seen.received, seen.sent))
    serve_tls(socket, context_, InPackets::yes, seen);
}

void PretendEndpoint::serve_tls(BlockingSocket& socket, const TlsServerContext& context, InPackets in_packets,
                                SeenConnection& seen) {
  TlsStream stream(socket, TlsLeg::server(context), in_packets);
  const bool is_strict = manner_.wire == Wire::tds && in_packets == InPackets::no;
  if (stream.handshake() && is_strict && stream.leg().alpn() != tds8_protocol)
    stream.give_up("TLS from the first byte, and not for TDS 8");
  if (stream.trouble().empty()) talk_(stream, seen.requests);
  if (stream.trouble().empty()) stream.finish();
  seen.sni = stream.leg().server_name();
  seen.received += stream.received();
  seen.sent += stream.sent();
}

std::vector<SeenConnection> PretendEndpoint::take_seen() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(seen_, {});
}

}  // namespace shirgate::lab
