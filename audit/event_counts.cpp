#include "audit/event_counts.hpp"

namespace shirgate {
namespace {

/// There is one writer, so nothing can be lost between load and store, and no locked instruction is needed.
void add(std::atomic<std::uint64_t>& to, std::uint64_t value) {
  to.store(to.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

template <std::size_t size>
void add_all(std::array<std::uint64_t, size>& to, const std::array<std::atomic<std::uint64_t>, size>& from) {
  for (std::size_t i = 0; i < size; ++i) to[i] += from[i].load(std::memory_order_relaxed);
}

}  // namespace

void EventCounts::count(const Event& event) {
  if (event.action == Action::open) add(opened_, 1);
  if (event.reason && ends_request(event.action)) add(ended_[static_cast<std::size_t>(*event.reason)], 1);
  if (tells_exception(event.action, event.would_deny)) add(reported_[static_cast<std::size_t>(event.would_deny)], 1);
  if (event.first_use && event.action == Action::open) add(first_uses_, 1);
  if (!event.traffic || event.action != Action::close) return;
  add(bytes_from_client_, event.traffic->from_client);
  add(bytes_from_upstream_, event.traffic->from_upstream);
}

void EventCounts::add_to(EventTotals& totals) const {
  totals.opened += opened_.load(std::memory_order_relaxed);
  add_all(totals.ended, ended_);
  add_all(totals.reported, reported_);
  totals.first_uses += first_uses_.load(std::memory_order_relaxed);
  totals.bytes_from_client += bytes_from_client_.load(std::memory_order_relaxed);
  totals.bytes_from_upstream += bytes_from_upstream_.load(std::memory_order_relaxed);
}

}  // namespace shirgate
