#include "proxy/relay/relay.hpp"

#include <algorithm>
#include <new>

namespace shirgate {
namespace {

std::chrono::microseconds since(SteadyTime then, SteadyTime now) {
  return std::chrono::duration_cast<std::chrono::microseconds>(now - then);
}

Event event_about(const Tunnel& tunnel, Action action, SteadyTime now) {
  const auto& facts = tunnel.facts;
  return {.action = action,
          .at = std::chrono::system_clock::now(),
          .tunnel = facts.id,
          .client = facts.client,
          .runtime = facts.verdict.runtime,
          .channel = facts.verdict.channel,
          .rule = facts.verdict.rule,
          .target = &facts.target,
          .ingress = facts.ingress,
          .upstream = facts.upstream,
          .traffic = Traffic{tunnel.up.bytes, tunnel.down.bytes},
          .duration = since(facts.accepted_at, now),
          .mode = facts.verdict.mode,
          .would_deny = facts.verdict.would_deny,
          .lab = facts.lab};
}

}  // namespace

Relay::Relay(EventLoop& loop, Audit& audit) : loop_(loop), audit_(audit), bounce_(new char[bounce_bytes]) {
  loop_.add_turn_task(*this);
  loop_.on_tick([this] { on_tick(); });
}

Relay::~Relay() { close_all(Reason::gate_stopped); }

void Relay::make_room() {
  // All that may have to grow grows here, before a tunnel is taken: no list grows per event.
  if (tunnels_.size() < tunnels_.capacity()) return;
  tunnels_.reserve(std::max<std::size_t>(64, 2 * tunnels_.size()));
  for (auto* list : {&ready_, &taking_turns_}) list->reserve(tunnels_.capacity());
  dead_.reserve(tunnels_.capacity());
}

void Relay::adopt(Handover handover) {
  make_room();
  auto& tunnel = *tunnels_.emplace_back(std::make_unique<Tunnel>(std::move(handover)));
  tunnel.relay = this;
  tunnel.place = tunnels_.size() - 1;
  tunnel.last_moved = tunnel.last_progress = loop_.now();
  schedule(tunnel);
}

void Relay::schedule(Tunnel& tunnel) {
  if (tunnel.waiting_for_turn) return;
  tunnel.waiting_for_turn = true;
  ready_.push_back(&tunnel);
}

std::optional<Tunnel::End> Relay::turn(Tunnel& tunnel, bool& more) {
  try {
    return tunnel.turn({bounce_.get(), bounce_bytes}, turn_allowance, loop_.now(), more);
  } catch (const std::bad_alloc&) {
    // No memory to keep what a slow side would not take: this tunnel ends, the others go on.
    return Tunnel::End{Reason::internal_error, EndedBy::gate};
  }
}

bool Relay::on_turn() {
  taking_turns_.clear();
  taking_turns_.swap(ready_);
  for (auto* tunnel : taking_turns_) {
    if (tunnel->relay == nullptr) continue;  // closed meanwhile, not yet destroyed
    tunnel->waiting_for_turn = false;
    bool more = false;
    const auto end = turn(*tunnel, more);
    if (end)
      close(*tunnel, *end);
    else if (more)
      schedule(*tunnel);
  }
  std::erase_if(ready_, [](const Tunnel* tunnel) { return tunnel->relay == nullptr; });
  dead_.clear();
  return !ready_.empty();
}

void Relay::close(Tunnel& tunnel, Tunnel::End end) {
  auto event = event_about(tunnel, Action::close, loop_.now());
  event.reason = end.reason;
  event.stage = Stage::relay;
  event.ended_by = end.by;
  static_cast<void>(audit_.append(event));

  const bool whole = tunnel.up.passed_on && tunnel.down.passed_on;
  for (auto* descriptor : {tunnel.up.from, tunnel.up.to}) {
    if (!whole) reset_on_close(descriptor->fd());
    loop_.close(descriptor);
  }
  // Its place is filled by the last one. The object stays until the turn ends: the list of turns may still name it.
  tunnel.relay = nullptr;
  auto& place = tunnels_[tunnel.place];
  tunnels_.back()->place = tunnel.place;
  std::swap(place, tunnels_.back());
  dead_.push_back(std::move(tunnels_.back()));
  tunnels_.pop_back();
}

void Relay::close_all(Reason reason) {
  while (!tunnels_.empty()) close(*tunnels_.back(), {reason, EndedBy::gate});
}

void Relay::judge_again(Judge judge) {
  judge_ = std::move(judge);
  judged_ = tunnels_.size();
}

void Relay::judge_next_slice() {
  // Backwards, because closing one moves the last into its place, which has been judged already.
  for (std::size_t n = 0; n < judge_slice && judged_ > 0; ++n) {
    judged_ = std::min(judged_, tunnels_.size());
    if (judged_ == 0) break;
    auto& tunnel = *tunnels_[--judged_];
    const auto reason = judge_(tunnel.facts);
    if (reason != Reason::allowed) close(tunnel, {reason, EndedBy::gate});
  }
  if (judged_ == 0) judge_ = nullptr;
}

void Relay::report_progress(Tunnel& tunnel) {
  tunnel.last_progress = loop_.now();
  static_cast<void>(audit_.append(event_about(tunnel, Action::progress, loop_.now())));
}

void Relay::on_tick() {
  if (judge_) judge_next_slice();
  for (std::size_t i = tunnels_.size(); i-- > 0;) {
    auto& tunnel = *tunnels_[i];
    if (const auto end = tunnel.overdue(loop_.now()))
      close(tunnel, *end);
    else if (loop_.now() - tunnel.last_progress >= tunnel.limits.progress)
      report_progress(tunnel);
  }
}

}  // namespace shirgate
