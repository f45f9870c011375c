#include "crowd.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace shirgate::soak {

Crowd::Crowd(Board& board, int door) : board_(board), door_(door), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (door >= 0) ::epoll_ctl(epoll_, EPOLL_CTL_ADD, door, &event);
}

Crowd::~Crowd() {
  ends_.clear();
  ::close(epoll_);
}

void Crowd::take(std::unique_ptr<End> end) {
  watch(*end, end->wants());
  ends_.emplace(end.get(), std::move(end));
}

void Crowd::accept_all() {
  for (;;) {
    const int fd = ::accept4(door_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    take(std::make_unique<End>(board_, fd));
  }
}

/// Who wants nothing is not watched at all: an error would be told again and again.
void Crowd::watch(End& end, std::uint32_t wants) {
  if (wants == end.watched_for) return;
  epoll_event event{};
  event.events = wants;
  event.data.ptr = &end;
  const int change = wants == 0 ? EPOLL_CTL_DEL : end.watched_for == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  ::epoll_ctl(epoll_, change, end.fd(), &event);
  end.watched_for = wants;
}

void Crowd::work(End& end) {
  end.work();
  if (end.over()) {
    ends_.erase(&end);
    return;
  }
  auto wants = end.wants();
  if (end.sleeps_until() > Clock::now()) {
    sleepers_.emplace(end.sleeps_until(), &end);
    wants = 0;
  }
  watch(end, wants);
}

void Crowd::wake_sleepers() {
  while (!sleepers_.empty() && sleepers_.begin()->first <= Clock::now()) {
    auto& end = *sleepers_.begin()->second;
    sleepers_.erase(sleepers_.begin());
    end.wake();
    work(end);
  }
}

void Crowd::wait_for_events() {
  std::array<epoll_event, 256> events{};
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), sleepers_.empty() ? 20 : 1);
  for (int i = 0; i < count; ++i) {
    auto* const end = static_cast<End*>(events[static_cast<std::size_t>(i)].data.ptr);
    end == nullptr ? accept_all() : work(*end);
  }
}

void Crowd::run(const std::function<bool()>& is_over, const NextClient& next_client, std::size_t concurrent) {
  while (!is_over() && !board_.failed()) {
    while (next_client && ends_.size() < concurrent) {
      auto client = next_client();
      if (!client) break;
      take(std::move(client));
    }
    wait_for_events();
    wake_sleepers();
  }
}

}  // namespace shirgate::soak
