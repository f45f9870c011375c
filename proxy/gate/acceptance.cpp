#include "proxy/gate/acceptance.hpp"

namespace shirgate {

Awaitable<bool> Acceptance::of(Ticket ticket, SteadyTime deadline) {
  if (!ticket.taken) co_return false;
  if (durability_ == Durability::group || audit_.durable_up_to() >= ticket.position) co_return true;
  Waiting waiting(loop_, ticket.position);
  waiting_.push_back(&waiting);
  const Wake wake = co_await waiting.wait.until(deadline);
  if (wake != Wake::ready) std::erase(waiting_, &waiting);
  co_return wake == Wake::ready;
}

void Acceptance::look() {
  const auto durable = audit_.durable_up_to();
  while (!waiting_.empty() && waiting_.front()->position <= durable) {
    auto& first = *waiting_.front();
    waiting_.pop_front();
    first.wait.complete(Wake::ready);
  }
}

}  // namespace shirgate
