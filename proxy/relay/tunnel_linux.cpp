#include <sys/socket.h>

#include <cerrno>

#include "proxy/relay/relay.hpp"
#include "proxy/relay/tunnel.hpp"

namespace shirgate {
namespace {

enum class Moved : std::uint8_t { idle, some, source_broke, sink_broke };

/// Sends as much as the sink takes now. False when the sink is broken.
bool send_now(Flow& flow, std::string_view bytes, std::size_t& sent) {
  sent = 0;
  while (sent < bytes.size() && flow.to->writable) {
    const auto n = ::send(flow.to->fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    flow.to->writable = false;
  }
  flow.bytes += sent;
  return true;
}

bool send_stuck(Flow& flow) {
  std::size_t sent = 0;
  if (!send_now(flow, flow.stuck, sent)) return false;
  flow.stuck.erase(0, sent);
  if (flow.stuck.empty()) flow.stuck = std::string();  // gives the memory back
  return true;
}

/// The end goes on only after everything that was sent before it.
void pass_on_end(Flow& flow) {
  if (!flow.finished || flow.passed_on || !flow.stuck.empty()) return;
  ::shutdown(flow.to->fd(), SHUT_WR);
  flow.passed_on = true;
}

Moved move_once(Flow& flow, std::span<char> bounce) {
  const auto before = flow.bytes;
  if (!flow.stuck.empty() && !send_stuck(flow)) return Moved::sink_broke;
  // A sink that is known to be full is not read for: what it would not take had to be kept.
  if (!flow.stuck.empty() || flow.finished || !flow.from->readable || !flow.to->writable) {
    pass_on_end(flow);
    return flow.bytes != before ? Moved::some : Moved::idle;
  }
  const auto n = ::recv(flow.from->fd(), bounce.data(), bounce.size(), 0);
  if (n < 0) {
    if (errno == EINTR) return Moved::some;
    if (errno != EAGAIN) return Moved::source_broke;
    flow.from->readable = false;
    return flow.bytes != before ? Moved::some : Moved::idle;
  }
  if (n == 0) {
    flow.finished = true;
    pass_on_end(flow);
    return Moved::some;
  }
  const std::string_view bytes(bounce.data(), static_cast<std::size_t>(n));
  std::size_t sent = 0;
  if (!send_now(flow, bytes, sent)) return Moved::sink_broke;
  if (sent < bytes.size()) flow.stuck.assign(bytes.substr(sent));
  return Moved::some;
}

}  // namespace

Tunnel::Tunnel(Handover&& handover)
    : up{.stuck = std::string(handover.to_upstream.data(), handover.to_upstream.size()),
         .bytes = handover.already.from_client},
      down{.bytes = handover.already.from_upstream},
      facts(std::move(handover.facts)),
      limits(handover.limits),
      permit(std::move(handover.permit)) {
  // From here on nothing can throw, so the sockets never lose their owner on the way.
  up.from = down.to = handover.client->release();
  up.to = down.from = handover.upstream->release();
  up.from->listener = up.to->listener = this;
}

void Tunnel::on_ready(Descriptor&) { relay->schedule(*this); }

std::optional<Tunnel::End> Tunnel::turn(std::span<char> bounce, std::size_t allowance, SteadyTime now, bool& more) {
  static constexpr End client_broke{Reason::client_reset, EndedBy::client};
  static constexpr End upstream_broke{Reason::upstream_reset, EndedBy::upstream};
  const auto started = moved();
  bool going = true;
  while (going && moved() - started < allowance) {
    const auto went_up = move_once(up, bounce);
    if (went_up == Moved::source_broke) return client_broke;
    if (went_up == Moved::sink_broke) return upstream_broke;
    if (up.finished && !first_finished) first_finished = EndedBy::client;
    const auto went_down = move_once(down, bounce);
    if (went_down == Moved::source_broke) return upstream_broke;
    if (went_down == Moved::sink_broke) return client_broke;
    if (down.finished && !first_finished) first_finished = EndedBy::upstream;
    going = went_up == Moved::some || went_down == Moved::some;
  }
  more = going;
  if (moved() != started) last_moved = now;
  if (!up.passed_on || !down.passed_on) return std::nullopt;
  return End{first_finished == EndedBy::client ? Reason::client_closed : Reason::upstream_closed, *first_finished};
}

std::optional<Tunnel::End> Tunnel::overdue(SteadyTime now) const {
  const auto quiet = now - last_moved;
  // A broken leg is not read while its last bytes are stuck at the other one, so it never gets to say that it broke.
  if (up.from->broken && quiet >= limits.half_close) return End{Reason::client_reset, EndedBy::client};
  if (down.from->broken && quiet >= limits.half_close) return End{Reason::upstream_reset, EndedBy::upstream};
  if (first_finished && quiet >= limits.half_close) return End{Reason::half_close_timeout, EndedBy::gate};
  if (!first_finished && limits.idle.count() > 0 && quiet >= limits.idle)
    return End{Reason::idle_timeout, EndedBy::gate};
  return std::nullopt;
}

}  // namespace shirgate
