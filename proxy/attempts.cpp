#include "proxy/attempts.hpp"

#include <algorithm>
#include <cerrno>

namespace shirgate {
namespace {

Reason reason_of_errno(int error) {
  switch (error) {
    case ECONNREFUSED: return Reason::connect_refused;
    case ETIMEDOUT: return Reason::connect_timeout;
    case EMFILE:
    case ENFILE: return Reason::total_limit;
    default: return Reason::connect_failed;
  }
}

}  // namespace

void Attempts::begin_next() {
  const auto& address = judged_[next_++];
  const Endpoint to = instead_ != nullptr ? *instead_ : Endpoint{address, port_};
  int error = 0;
  auto socket = start_connect(loop_, to, error);
  if (!socket) {
    reason_ = reason_of_errno(error);
    return;
  }
  socket->tell(this);
  running_.push_back({std::move(socket), to, address});
  next_at_ = loop_.now() + head_start;
}

std::optional<Dialled> Attempts::winner() {
  for (auto attempt = running_.begin(); attempt != running_.end();) {
    const int error = attempt->socket->connect_result(attempt->to);
    if (error == EINPROGRESS) {
      ++attempt;
      continue;
    }
    if (error == 0) {
      attempt->socket->tell(nullptr);
      return Dialled{std::move(attempt->socket), attempt->address};
    }
    reason_ = reason_of_errno(error);
    attempt = running_.erase(attempt);
    next_at_ = loop_.now();  // the next need not wait for its turn
  }
  return std::nullopt;
}

Awaitable<Result<Dialled>> Attempts::first_to_connect(SteadyTime deadline) {
  for (;;) {
    const bool waited_enough = running_.empty() || loop_.now() >= next_at_;
    if (next_ < judged_.size() && waited_enough) begin_next();
    const bool last = next_ == judged_.size();
    if (running_.empty() && last) co_return reason_;
    if (running_.empty()) continue;
    const auto until = last ? deadline : std::min(deadline, next_at_);
    const auto wake = co_await wait_.until(until);
    if (wake == Wake::cancelled) co_return Reason::gate_stopped;
    auto made = winner();
    if (made) co_return *std::move(made);
    if (loop_.now() >= deadline) co_return Reason::connect_timeout;
  }
}

}  // namespace shirgate
