#include "audit/batch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/fields.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_tunnels_a_line = 100;

bool is(const BodyFront& front, Action action) { return front.action == to_string(action); }

}  // namespace

void Batch::add(const Event& event) {
  body_.clear();
  append_json(body_, event);
  add_body(body_);
}

void Batch::add_segment_header(std::string_view program, const PublicKey& key, bool lab) {
  const auto now = std::chrono::system_clock::now();
  auto ids = live_.ids();
  std::sort(ids.begin(), ids.end());
  const auto raw = to_hex(key.raw());
  add({.action = Action::segment,
       .at = now,
       .policy = policy_,
       .note = program,
       .key = raw,
       .live = ids.size(),
       .lab = lab});
  std::string some;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    some += fmt::format("{}{:016x}", some.empty() ? "" : " ", ids[i]);
    if ((i + 1) % max_tunnels_a_line != 0 && i + 1 != ids.size()) continue;
    add({.action = Action::live, .at = now, .live_tunnels = some, .lab = lab});
    some.clear();
  }
}

std::string Batch::add_head(const SigningKey& key, bool lab) {
  const auto signature = to_hex(key.sign(head_text(gate(), end().next_seq, end().prev)));
  auto told = fmt::format("audit head {} {} {} {}", gate(), end().next_seq, to_hex(end().prev), signature);
  add({.action = Action::head, .at = std::chrono::system_clock::now(), .signature = signature, .lab = lab});
  return told;
}

void Batch::add_body(std::string_view body) {
  if (const auto front = read_body_front(body)) {
    note_change(*front);
    if (is(*front, Action::start) || is(*front, Action::policy)) next_policy_ = text_value(body, field::policy);
  }
  chain_.append(text_, body);
}

void Batch::note_change(const BodyFront& front) {
  const bool opened = is(front, Action::open);
  if (!opened && !is(front, Action::close) && !is(front, Action::torn)) return;
  if (opened ? live_.add(front.tunnel) : live_.remove(front.tunnel)) changes_.push_back({front.tunnel, opened});
}

void Batch::collect(std::span<const std::unique_ptr<Ring>> rings, std::size_t limit) {
  // Who sees the end of a tunnel in one ring sees its beginning in another, but perhaps only in the round after: the
  // other ring may have been looked at before. After two rounds for nothing there is no beginning.
  int idle_rounds = 0;
  while (text_.size() < limit) {
    bool waiting = false;
    const bool some = collect_round(rings, limit, idle_rounds >= 2, waiting);
    if (!some && !waiting) return;
    idle_rounds = some ? 0 : idle_rounds + 1;
  }
}

bool Batch::collect_round(std::span<const std::unique_ptr<Ring>> rings, std::size_t limit, bool force, bool& waiting) {
  bool some = false;
  for (const auto& ring : rings) {
    while (text_.size() < limit) {
      const auto body = ring->peek();
      if (!body) break;
      const auto front = read_body_front(*body);
      const bool ends = front && is(*front, Action::close) && front->tunnel != 0;
      if (ends && !live_.contains(front->tunnel) && !std::exchange(force, false)) {
        waiting = true;
        break;
      }
      add_body(*body);
      ring->pop();
      ++events_;
      some = true;
    }
  }
  return some;
}

void Batch::keep() {
  begin_ = chain_.end();
  policy_ = next_policy_;
  text_.clear();
  changes_.clear();
  events_ = 0;
}

void Batch::take_back() {
  chain_.go_back_to(begin_);
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change)
    static_cast<void>(change->opened ? live_.remove(change->tunnel) : live_.add(change->tunnel));
  next_policy_ = policy_;
  text_.clear();
  changes_.clear();
  events_ = 0;
}

}  // namespace shirgate
