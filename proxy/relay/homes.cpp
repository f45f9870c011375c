// How a bulk tunnel gets to the worker that has the fewest of them. It travels as plain values and two descriptors that
// no loop watches meanwhile; what arrives for it stays in the kernel.
#include <unistd.h>

#include <new>

#include "proxy/relay/relay.hpp"

namespace shirgate {

void Relay::count_bulk(Tunnel& tunnel) {
  // In the other modes it says nothing of a tunnel that it is spliced, or that it is not.
  if (setup_.mode != RelayMode::automatic || tunnel.bulk() == tunnel.counted_bulk) return;
  tunnel.counted_bulk = tunnel.bulk();
  if (tunnel.counted_bulk)
    setup_.census.count_in(setup_.worker);
  else
    setup_.census.count_out(setup_.worker);
}

bool Relay::found_home(Tunnel& tunnel) {
  // A pipe belongs to its worker's pool, so the tunnel stays while it holds one.
  if (!tunnel.counted_bulk || tunnel.re_homed || tunnel.holds_pipes()) return false;
  const auto worker = setup_.census.quieter_than(setup_.worker);
  if (!worker || !setup_.census.set_out()) return false;
  std::shared_ptr<Moving> moving;
  std::function<void(Relay&)> call;
  try {
    moving = std::make_shared<Moving>();
    call = [moving](Relay& there) { there.take_in(moving); };
  } catch (const std::bad_alloc&) {
    setup_.census.arrived();
    return false;
  }
  detach(tunnel, *moving);
  setup_.census.count_out(setup_.worker);
  setup_.census.count_in(*worker);
  try {
    setup_.post(*worker, std::move(call));
  } catch (const std::bad_alloc&) {
    setup_.census.count_out(*worker);
    setup_.census.count_in(setup_.worker);
    take_in(moving);
  }
  return true;
}

void Relay::detach(Tunnel& tunnel, Moving& moving) {
  tunnel.re_homed = true;
  moving.from = setup_.worker;
  moving.client = tunnel.up.from->fd();
  moving.upstream = tunnel.down.from->fd();
  setup_.loop.forget(tunnel.up.from);
  setup_.loop.forget(tunnel.down.from);
  moving.tunnel.emplace(std::move(*leave(tunnel)));
}

void Relay::take_in(const std::shared_ptr<Moving>& moving) {
  const bool stranger = moving->from != setup_.worker;
  if (stranger && !setup_.audit.take_over_end()) {
    // This worker's log has no room for one more end, so the tunnel goes back to the one that has kept it.
    setup_.census.count_out(setup_.worker);
    setup_.census.count_in(moving->from);
    setup_.post(moving->from, [moving](Relay& there) { there.take_in(moving); });
    return;
  }
  if (stranger) setup_.post(moving->from, [](Relay& there) { there.setup_.audit.give_up_end(); });
  setup_.census.arrived();
  watch(*moving);
}

void Relay::watch(Moving& moving) {
  Descriptor* client = nullptr;
  Descriptor* upstream = nullptr;
  TunnelPointer arrived;
  try {
    make_room();
    client = setup_.loop.add(moving.client, Trigger::edge);
    upstream = setup_.loop.add(moving.upstream, Trigger::edge);
    if (client != nullptr && upstream != nullptr) arrived = slab_.own(std::move(*moving.tunnel));
  } catch (const std::bad_alloc&) {
  }
  if (!arrived) {
    append_close(*moving.tunnel, {Reason::internal_error, EndedBy::gate});
    setup_.census.count_out(setup_.worker);
    client == nullptr ? static_cast<void>(::close(moving.client)) : setup_.loop.close(client);
    upstream == nullptr ? static_cast<void>(::close(moving.upstream)) : setup_.loop.close(upstream);
    return;
  }
  auto& tunnel = *arrived;
  enter(std::move(arrived), client, upstream);
  // It may have set out before its old worker heard of a new policy, and missed this one's round.
  const auto reason = judge_ ? judge_(tunnel.facts) : Reason::allowed;
  if (reason != Reason::allowed) close(tunnel, {reason, EndedBy::gate});
}

}  // namespace shirgate
