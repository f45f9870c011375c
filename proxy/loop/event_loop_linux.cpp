#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "proxy/loop/event_loop.hpp"

namespace shirgate {
namespace {

constexpr int max_events = 256;

constexpr std::uint32_t edge_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

}  // namespace

void Deadline::disarm() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void Deadline::link_before(Deadline& head) {
  previous_ = head.previous_;
  next_ = &head;
  head.previous_->next_ = this;
  head.previous_ = this;
}

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), now_(std::chrono::steady_clock::now()) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  next_tick_ = now_ + tick;
  deadlines_.previous_ = deadlines_.next_ = &deadlines_;
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  wake_ = add(wake, Trigger::level);
  if (wake_ == nullptr) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

EventLoop::~EventLoop() {
  close(wake_);
  bury_the_dead();
  ::close(epoll_);
  deadlines_.previous_ = deadlines_.next_ = nullptr;
}

Descriptor* EventLoop::add(int fd, Trigger trigger) {
  auto descriptor = descriptors_.own();
  descriptor->fd_ = fd;
  epoll_event event{};
  event.events = trigger == Trigger::edge ? edge_events : EPOLLIN;
  event.data.ptr = descriptor.get();
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return nullptr;
  return descriptor.release();
}

void EventLoop::want(Descriptor& descriptor, bool want_read, bool want_write) {
  epoll_event event{};
  event.events = (want_read ? EPOLLIN : 0U) | (want_write ? EPOLLOUT : 0U);
  event.data.ptr = &descriptor;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor.fd_, &event);
}

void EventLoop::close(Descriptor* descriptor) {
  const int fd = descriptor->fd_;
  descriptor->listener = nullptr;
  descriptor->fd_ = -1;
  dead_.push_back(descriptor);
  ::close(fd);  // also takes it out of the epoll
}

void EventLoop::forget(Descriptor* descriptor) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor->fd_, nullptr);
  descriptor->listener = nullptr;
  descriptor->fd_ = -1;
  dead_.push_back(descriptor);
}

void EventLoop::bury_the_dead() {
  for (auto* descriptor : dead_) descriptors_.destroy(descriptor);
  dead_.clear();
}

void EventLoop::arm(Deadline& deadline, SteadyTime at) {
  deadline.disarm();
  deadline.at_ = at;
  deadline.link_before(deadlines_);
}

void EventLoop::expire(SteadyTime now, bool cancelled) {
  // First set the due ones apart: being told may arm, disarm or destroy any of them.
  ListHead due;
  due.previous_ = due.next_ = &due;
  for (Deadline* at = deadlines_.next_; at != &deadlines_;) {
    Deadline* const next = at->next_;
    if (cancelled || at->at_ <= now) {
      at->disarm();
      at->link_before(due);
    }
    at = next;
  }
  while (due.next_ != &due) {
    Deadline* const first = due.next_;
    first->disarm();
    first->on_deadline(cancelled);
  }
  due.previous_ = due.next_ = nullptr;
}

void EventLoop::cancel_all() { expire(now_, true); }

void EventLoop::wake_from_outside(std::function<void()> call) {
  const std::scoped_lock lock(outside_mutex_);
  outside_calls_.push_back(std::move(call));
  const std::uint64_t one = 1;
  // The counter can't overflow, and a failure of any other kind leaves the tick to pick the call up.
  [[maybe_unused]] const auto written = ::write(wake_->fd(), &one, sizeof one);
}

void EventLoop::take_outside_calls() {
  std::vector<std::function<void()>> calls;
  {
    const std::scoped_lock lock(outside_mutex_);
    calls.swap(outside_calls_);
  }
  for (auto& call : calls) call();
}

void EventLoop::dispatch(int timeout_ms) {
  std::array<epoll_event, max_events> events;
  const int count = ::epoll_wait(epoll_, events.data(), max_events, timeout_ms);
  now_ = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    auto& descriptor = *static_cast<Descriptor*>(events[static_cast<std::size_t>(i)].data.ptr);
    const auto what = events[static_cast<std::size_t>(i)].events;
    if (&descriptor == wake_) {
      std::uint64_t value = 0;
      [[maybe_unused]] const auto n = ::read(wake_->fd(), &value, sizeof value);
      take_outside_calls();
      continue;
    }
    // A hang-up or an error is found by the next call that reads or writes.
    const bool broken = (what & (EPOLLERR | EPOLLHUP)) != 0;
    if ((what & EPOLLERR) != 0) descriptor.broken = true;
    if (broken || (what & (EPOLLIN | EPOLLRDHUP)) != 0) descriptor.readable = true;
    if (broken || (what & EPOLLOUT) != 0) descriptor.writable = true;
    if (broken || (what & (EPOLLRDHUP | EPOLLPRI)) != 0) descriptor.thorough = true;
    if (descriptor.listener != nullptr) descriptor.listener->on_ready(descriptor);
  }
}

bool EventLoop::run_turn_tasks() {
  bool more = false;
  for (auto* task : turn_tasks_) more |= task->on_turn();
  return more;
}

void EventLoop::run(const std::function<void()>& between) {
  stopped_ = false;
  bool more = true;
  while (!stopped_) {
    const auto to_tick = std::chrono::ceil<std::chrono::milliseconds>(next_tick_ - std::chrono::steady_clock::now());
    const auto timeout = more ? 0 : std::max<std::int64_t>(0, to_tick.count());
    dispatch(static_cast<int>(timeout));
    if (now_ >= next_tick_) {
      next_tick_ = now_ + tick;
      expire(now_, false);
      for (auto& call : tick_calls_) call();
      take_outside_calls();
    }
    between();
    more = run_turn_tasks();
    bury_the_dead();
  }
}

}  // namespace shirgate
