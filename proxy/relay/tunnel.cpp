#include "proxy/relay/tunnel.hpp"

#include <cerrno>

#include "proxy/relay/relay.hpp"

namespace shirgate {
namespace {

/// Nobody said that the connection is over; the kernel has given up asking.
bool is_silence(int error) { return error == ETIMEDOUT || error == EHOSTUNREACH || error == ENETUNREACH; }

Tunnel::End client_broke(int error) {
  return {is_silence(error) ? Reason::client_vanished : Reason::client_reset, EndedBy::client};
}

Tunnel::End upstream_broke(int error) {
  return {is_silence(error) ? Reason::upstream_vanished : Reason::upstream_reset, EndedBy::upstream};
}

}  // namespace

Tunnel::Tunnel(Handover&& handover)
    : up{.bytes = handover.already.from_client},
      down{.bytes = handover.already.from_upstream},
      facts(std::move(handover.facts)),
      limits(handover.limits),
      permit(std::move(handover.permit)) {}

void Tunnel::attach(Relay& to, Descriptor* client, Descriptor* upstream) {
  relay = &to;
  up.from = down.to = client;
  up.to = down.from = upstream;
  client->listener = upstream->listener = this;
}

void Tunnel::on_ready(Descriptor&) { relay->schedule(*this); }

std::optional<Tunnel::End> Tunnel::turn(const Means& means, std::size_t allowance, bool& more) {
  const auto started = moved();
  bool going = true;
  while (going && moved() - started < allowance) {
    const auto went_up = up.move(means);
    if (went_up == Moved::source_broke) return client_broke(up.broke_with);
    if (went_up == Moved::sink_broke) return upstream_broke(up.broke_with);
    if (up.finished && !first_finished) first_finished = EndedBy::client;
    const auto went_down = down.move(means);
    if (went_down == Moved::source_broke) return upstream_broke(down.broke_with);
    if (went_down == Moved::sink_broke) return client_broke(down.broke_with);
    if (down.finished && !first_finished) first_finished = EndedBy::upstream;
    going = went_up == Moved::some || went_down == Moved::some;
  }
  more = going;
  if (moved() != started) last_moved = means.now;
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
