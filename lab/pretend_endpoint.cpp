#include "lab/pretend_endpoint.hpp"

#include <utility>

#include "lab/tds.hpp"

namespace shirgate::lab {
namespace {

constexpr std::size_t most_swallowed = std::size_t{1} << 20;

}  // namespace

PretendEndpoint::PretendEndpoint(const TlsServerContext& context, Talk talk, Manner manner)
    : context_(context),
      talk_(std::move(talk)),
      manner_(manner),
      listener_([this](BlockingSocket& socket) { serve(socket); }) {}

void PretendEndpoint::serve(BlockingSocket& socket) {
  if (manner_.bytes_per_second > 0) socket.slow_down(manner_.bytes_per_second);
  SeenConnection seen;
  if (manner_.wire == Wire::silent)
    seen.received = socket.read_up_to(most_swallowed).size();
  else if (manner_.wire == Wire::tls || answer_prelogin(socket, seen.received, seen.sent))
    serve_tls(socket, seen);
  const std::scoped_lock lock(mutex_);
  if (seen_.size() < max_seen) seen_.push_back(std::move(seen));
}

void PretendEndpoint::serve_tls(BlockingSocket& socket, SeenConnection& seen) {
  TlsStream stream(socket, TlsLeg::server(context_), manner_.wire == Wire::tds ? InPackets::yes : InPackets::no);
  if (stream.handshake()) talk_(stream, seen.requests);
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
