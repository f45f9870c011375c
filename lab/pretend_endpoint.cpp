#include "lab/pretend_endpoint.hpp"

#include <fmt/format.h>

#include <utility>

#include "lab/websocket.hpp"

namespace shirgate::lab {
namespace {

void serve_websocket(TlsStream& stream) {
  while (const auto frame = read_frame(stream)) {
    if (frame->opcode == Opcode::ping) stream.write_all(to_text(Frame{Opcode::pong, frame->payload}, Masked::no));
    if (frame->opcode != Opcode::close) continue;
    stream.write_all(to_text(*frame, Masked::no));
    return;
  }
}

/// Answers one request after the other; remembers them.
void serve_requests(TlsStream& stream, const Service& service, std::vector<std::string>& requests) {
  while (const auto request = read_message(stream)) {
    requests.push_back(fmt::format("{} {}", request->method(), request->path()));
    const auto answer = service(*request);
    if (!stream.write_all(to_text(answer))) return;
    if (answer.status() == 101) return serve_websocket(stream);
  }
}

}  // namespace

PretendEndpoint::PretendEndpoint(const TlsServerContext& context, Service service)
    : context_(context), service_(std::move(service)), listener_([this](BlockingSocket& socket) { serve(socket); }) {}

void PretendEndpoint::serve(BlockingSocket& socket) {
  TlsStream stream(socket, TlsLeg::server(context_));
  SeenConnection seen;
  if (stream.handshake()) serve_requests(stream, service_, seen.requests);
  if (stream.trouble().empty()) stream.finish();
  seen.sni = stream.leg().server_name();
  seen.received = stream.received();
  seen.sent = stream.sent();
  const std::scoped_lock lock(mutex_);
  if (seen_.size() < max_seen) seen_.push_back(std::move(seen));
}

std::vector<SeenConnection> PretendEndpoint::take_seen() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(seen_, {});
}

}  // namespace shirgate::lab
