#include "proxy/relay/relay.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace shirgate {
namespace {

std::chrono::microseconds since(SteadyTime then, SteadyTime now) {
  return std::chrono::duration_cast<std::chrono::microseconds>(now - then);
}

Event event_about(const Tunnel& tunnel, Action action, SteadyTime now) {
  const auto& facts = tunnel.facts;
  const auto first_byte = tunnel.first_byte_at == SteadyTime()
                              ? std::nullopt
                              : std::optional(since(facts.accepted_at, tunnel.first_byte_at));
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
          .first_byte_time = first_byte,
          .spliced = tunnel.spliced(),
          .mode = facts.verdict.mode,
          .would_deny = facts.verdict.would_deny,
          .lab = facts.lab};
}

/// What a turn costs at least, in bytes: looking at an idle tunnel is not free.
constexpr std::size_t least_cost = 4096;

constexpr std::chrono::seconds quiet_for_demotion{1};

/// Most tunnels end younger than this, and need no system calls to prepare for a long life.
constexpr std::chrono::seconds young{10};

}  // namespace

Relay::Relay(Setup setup) : setup_(std::move(setup)), pipes_(setup_.most_pipes), bounce_(new char[bounce_bytes]) {
  setup_.loop.add_turn_task(*this);
  setup_.loop.on_tick([this] { on_tick(); });
}

Relay::~Relay() { close_all(Reason::gate_stopped); }

Means Relay::means() {
  return {{bounce_.get(), bounce_bytes}, pipes_, stuck_, counters_, setup_.mode, setup_.loop.now()};
}

void Relay::make_room() {
  // All that may have to grow grows here, before a tunnel is taken: no list grows per event.
  if (tunnels_.size() < tunnels_.capacity()) return;
  tunnels_.reserve(std::max<std::size_t>(64, 2 * tunnels_.size()));
  for (auto* list : {&ready_, &taking_turns_}) list->reserve(2 * tunnels_.capacity());
  dead_.reserve(tunnels_.capacity());
}

void Relay::adopt(Handover handover) {
  make_room();
  const auto client = std::move(handover.client);
  const auto upstream = std::move(handover.upstream);
  const std::string_view on_its_way(handover.to_upstream.data(), handover.to_upstream.size());
  auto tunnel = slab_.own(std::move(handover));
  tunnel->up.stuck.keep(on_its_way, stuck_);
  tunnel->up.bulk = tunnel->down.bulk = setup_.mode == RelayMode::splice;
  // From here on nothing can throw, so the sockets never lose their owner on the way.
  enter(std::move(tunnel), client->release(), upstream->release());
}

void Relay::enter(TunnelPointer entering, Descriptor* client, Descriptor* upstream) {
  auto& tunnel = *tunnels_.emplace_back(std::move(entering));
  tunnel.attach(*this, client, upstream);
  tunnel.place = tunnels_.size() - 1;
  tunnel.last_moved = tunnel.last_progress = setup_.loop.now();
  tunnel.note_first_byte(setup_.loop.now());
  schedule(tunnel);
}

Relay::TunnelPointer Relay::leave(Tunnel& tunnel) {
  // Its place is filled by the last one.
  auto& place = tunnels_[tunnel.place];
  tunnels_.back()->place = tunnel.place;
  std::swap(place, tunnels_.back());
  auto leaving = std::move(tunnels_.back());
  tunnels_.pop_back();
  leaving->relay = nullptr;
  return leaving;
}

void Relay::schedule(Tunnel& tunnel) {
  if (tunnel.waiting_for_turn) return;
  tunnel.waiting_for_turn = true;
  ready_.push_back(&tunnel);
}

bool Relay::on_turn() {
  if (next_turn_ == taking_turns_.size()) {
    taking_turns_.clear();
    taking_turns_.swap(ready_);
    next_turn_ = 0;
  }
  std::size_t spent = 0;
  while (next_turn_ < taking_turns_.size() && spent < turn_allowance) {
    auto& tunnel = *taking_turns_[next_turn_++];
    if (tunnel.relay == nullptr) continue;  // closed meanwhile, not yet destroyed
    spent += least_cost + serve(tunnel);
  }
  forget_the_dead();
  return next_turn_ < taking_turns_.size() || !ready_.empty();
}

std::size_t Relay::serve(Tunnel& tunnel) {
  tunnel.waiting_for_turn = false;
  const auto before = tunnel.moved();
  bool more = false;
  const auto end = turn(tunnel, more);
  tunnel.note_first_byte(setup_.loop.now());
  const auto moved = static_cast<std::size_t>(tunnel.moved() - before);
  if (end) {
    close(tunnel, *end);
    return moved;
  }
  count_bulk(tunnel);
  // No list names it now, so it may leave.
  const bool left = std::exchange(tunnel.look_for_home, false) && found_home(tunnel);
  if (more && !left) schedule(tunnel);
  return moved;
}

std::optional<Tunnel::End> Relay::turn(Tunnel& tunnel, bool& more) {
  try {
    return tunnel.turn(means(), tunnel_allowance, more);
  } catch (const std::bad_alloc&) {
    // No memory to keep what a slow side would not take: this tunnel ends, the others go on.
    return Tunnel::End{Reason::internal_error, EndedBy::gate};
  }
}

void Relay::forget_the_dead() {
  if (dead_.empty()) return;
  const auto is_dead = [](const Tunnel* tunnel) { return tunnel->relay == nullptr; };
  taking_turns_.erase(taking_turns_.begin(), taking_turns_.begin() + static_cast<std::ptrdiff_t>(next_turn_));
  next_turn_ = 0;
  std::erase_if(taking_turns_, is_dead);
  std::erase_if(ready_, is_dead);
  dead_.clear();
}

void Relay::append_close(const Tunnel& tunnel, Tunnel::End end) {
  auto event = event_about(tunnel, Action::close, setup_.loop.now());
  event.reason = end.reason;
  event.stage = Stage::relay;
  event.ended_by = end.by;
  static_cast<void>(setup_.audit.append(event));
}

void Relay::close(Tunnel& tunnel, Tunnel::End end) {
  append_close(tunnel, end);
  if (tunnel.counted_bulk) setup_.census.count_out(setup_.worker);
  const bool whole = tunnel.up.passed_on && tunnel.down.passed_on;
  for (auto* flow : {&tunnel.up, &tunnel.down}) {
    flow->abandon(pipes_);
    if (!whole && !flow->from->broken) reset_on_close(flow->from->fd());
    setup_.loop.close(flow->from);
  }
  // The object stays until the turn ends: a list of turns may still name it.
  dead_.push_back(leave(tunnel));
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
}

void Relay::report_progress(Tunnel& tunnel) {
  tunnel.last_progress = setup_.loop.now();
  static_cast<void>(setup_.audit.append(event_about(tunnel, Action::progress, setup_.loop.now())));
}

void Relay::look_after(Tunnel& tunnel) {
  const auto now = setup_.loop.now();
  if (const auto end = tunnel.overdue(now)) return close(tunnel, *end);
  if (now - tunnel.last_progress >= tunnel.limits.progress) report_progress(tunnel);
  if (!tunnel.probes_silence && now - tunnel.facts.accepted_at >= young) {
    tunnel.probes_silence = true;
    probe_when_silent(tunnel.down.from->fd());
  }
  if (!tunnel.counted_bulk) return;
  tunnel.look_for_home = !tunnel.re_homed;
  if (now - tunnel.last_moved < quiet_for_demotion) return;
  for (auto* flow : {&tunnel.up, &tunnel.down}) flow->demote_quiet(counters_);
  count_bulk(tunnel);
}

void Relay::on_tick() {
  judge_next_slice();
  // Backwards: a tunnel that leaves is replaced by the last, which has been looked after already.
  for (std::size_t i = tunnels_.size(); i-- > 0;) look_after(*tunnels_[i]);
  pipes_.tidy();
  stuck_.tidy();
}

}  // namespace shirgate
