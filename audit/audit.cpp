#include "audit/audit.hpp"

#include "audit/journal.hpp"

namespace shirgate {
namespace {

Claim claim_of(Action action) {
  switch (action) {
    case Action::open: return Claim::opening;
    case Action::close: return Claim::ending;
    case Action::denied:
    case Action::failed: return Claim::refusal;
    default: return Claim::during;
  }
}

}  // namespace

Audit::Audit(Journal& journal, Ring& ring) : journal_(journal), ring_(ring), refusals_(journal.refusal_quota()) {
  line_.reserve(Ring::max_record_bytes);
}

Ticket Audit::push(const Event& event) {
  line_.clear();
  append_json(line_, event);
  const bool taken = ring_.push(line_, claim_of(event.action));
  journal_.wake(ring_.fill() > 0.5);
  return {taken, taken ? ring_.pushed() : 0};
}

Ticket Audit::append(const Event& event) {
  const auto ticket = take(event);
  // What found no room happened all the same, but for a tunnel: that may not open then.
  if (ticket.taken || event.action != Action::open) counts_.count(event);
  return ticket;
}

Ticket Audit::take(const Event& event) {
  if (is_refusal(event.action) && event.client && !refusals_.stands_alone(event)) return {true};
  const bool opens = event.action == Action::open;
  if (opens && !(journal_.healthy() && journal_.settings().may_open())) return {false};
  return push(event);
}

void Audit::tick(WallTime now) {
  refusals_.flush(now, false, [this](const Event& merged) { static_cast<void>(push(merged)); });
}

void Audit::flush(WallTime now) {
  refusals_.flush(now, true, [this](const Event& merged) { static_cast<void>(push(merged)); });
}

}  // namespace shirgate
