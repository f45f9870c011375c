// Descriptors, who listens to them, and the one edge-triggered epoll that owns them. Knows neither Asio nor what a
// tunnel is.
#pragma once
#include <sys/epoll.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sockets.hpp"

namespace thread_sharing {

enum class Woken { ready, timed_out };

/// Keeps the handler of one suspended coroutine in place: no allocation. The handler of an awaitable is one pointer.
class WaitSlot {
 public:
  WaitSlot() = default;
  WaitSlot(const WaitSlot&) = delete;
  WaitSlot& operator=(const WaitSlot&) = delete;
  ~WaitSlot() { assert(!resume_ && "a coroutine would wait for ever: wake it before its descriptor goes"); }

  template <class Handler>
  void hold(Handler handler) {
    static_assert(sizeof(Handler) <= sizeof room_ && alignof(Handler) <= alignof(void*));
    static_assert(std::is_nothrow_move_constructible_v<Handler>);
    assert(!resume_ && "one waiter per direction");
    new (room_) Handler(std::move(handler));
    resume_ = [](std::byte* room, Woken how) {
      auto* held = std::launder(reinterpret_cast<Handler*>(room));
      Handler resumed(std::move(*held));
      held->~Handler();
      std::move(resumed)(how);  // the slot is free again by now: the coroutine may wait in it once more
    };
  }
  explicit operator bool() const { return resume_; }
  void wake(Woken how) {
    if (auto* resume = std::exchange(resume_, nullptr)) resume(room_, how);
  }

 private:
  alignas(void*) std::byte room_[2 * sizeof(void*)];
  void (*resume_)(std::byte*, Woken) = nullptr;
};

struct Descriptor;
struct Listener {
  virtual void on_events(Descriptor&) = 0;
  virtual ~Listener() = default;
};

/// A socket registered once, edge-triggered. What epoll said is kept in the flags until a system call says otherwise.
struct Descriptor {
  int fd = -1;
  Listener* listener = nullptr;  // null once closed: what the current batch still holds for it is dropped
  bool may_read = true, may_write = true, hung_up = false, failed = false;
  WaitSlot reader, writer;

  void note(std::uint32_t events) {
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) may_read = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) may_write = true;
    if (events & (EPOLLRDHUP | EPOLLHUP)) hung_up = true;
    if (events & EPOLLERR) failed = true;
  }
};

constexpr ssize_t would_block = -2;  // beside recv's and send's own: -1 failed, 0 ended, >0 bytes

inline ssize_t receive_now(Descriptor& from, std::span<char> into) {
  ssize_t got = recv(from.fd, into.data(), into.size(), 0);
  // A short read emptied the socket: the next byte is a new edge. Not so after a hang-up, whose edge has been and gone.
  if (got > 0 && std::size_t(got) < into.size() && !from.hung_up) from.may_read = false;
  if (got >= 0 || errno != EAGAIN) return got;
  from.may_read = false;
  return would_block;
}

inline ssize_t send_now(Descriptor& to, std::span<const char> bytes) {
  ssize_t sent = send(to.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0 || errno != EAGAIN) return sent;
  to.may_write = false;
  return would_block;
}

class Poller {
 public:
  ~Poller() { close(epoll_); }
  void add(Descriptor& descriptor, Listener& listener) {
    descriptor.listener = &listener;
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = &descriptor}};
    must(epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor.fd, &event), "epoll_ctl");
  }
  void turn(std::chrono::milliseconds wait) {
    int count = epoll_wait(epoll_, events_.data(), int(events_.size()), int(wait.count()));
    for (int i = 0; i < count; ++i) {
      auto& descriptor = *static_cast<Descriptor*>(events_[i].data.ptr);
      if (!descriptor.listener) continue;
      descriptor.note(events_[i].events);
      descriptor.listener->on_events(descriptor);
    }
    graves_.clear();
  }
  /// What was closed lives until the end of the turn: later events of the same batch may still point into it.
  void bury(std::unique_ptr<Listener> listener) { graves_.push_back(std::move(listener)); }
  int native_handle() const { return epoll_; }

 private:
  int epoll_ = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::array<epoll_event, 256> events_;
  std::vector<std::unique_ptr<Listener>> graves_;
};

}  // namespace thread_sharing
