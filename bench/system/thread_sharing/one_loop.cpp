// one_loop: sockets Asio never sees. A coroutine waits inside the descriptor; one epoll serves sessions and relay.
#include <boost/asio.hpp>

#include "tunnel.hpp"
#include "variants.hpp"

namespace thread_sharing {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
using Token = asio::use_awaitable_t<Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;

constexpr std::chrono::seconds set_up_limit{5};

void log_if_it_threw(std::exception_ptr problem) {
  if (problem) std::fputs("a session threw\n", stderr);
}

/// Suspends until epoll says so, or until the sweep finds the tunnel late. Try the system call first: this only waits.
Task<Woken> wait_in(WaitSlot& slot) {
  Token token;
  return asio::async_initiate<Token, void(Woken)>([&slot](auto handler) { slot.hold(std::move(handler)); }, token);
}

Task<ssize_t> receive(Descriptor& from, std::span<char> into) {
  for (;;) {
    ssize_t got = from.may_read ? receive_now(from, into) : would_block;
    if (got != would_block) co_return got;
    Woken how = co_await wait_in(from.reader);
    if (how != Woken::ready) co_return -1;
  }
}

Task<bool> send_all(Descriptor& to, std::span<const char> bytes) {
  while (!bytes.empty()) {
    ssize_t sent = to.may_write ? send_now(to, bytes) : would_block;
    if (sent == -1) co_return false;
    if (sent > 0) bytes = bytes.subspan(sent);
    if (sent != would_block) continue;
    Woken how = co_await wait_in(to.writer);
    if (how != Woken::ready) co_return false;
  }
  co_return true;
}

/// Listens to a leg while its session is a coroutine.
class Waking final : public Listener {
 public:
  void on_events(Descriptor& descriptor) override {
    if (descriptor.may_read) descriptor.reader.wake(Woken::ready);
    // The reader may have closed the leg or handed it to the relay meanwhile.
    if (descriptor.listener == this && descriptor.may_write) descriptor.writer.wake(Woken::ready);
  }
};

class OneLoop final : public Listener {
 public:
  OneLoop(asio::io_context& io, int listener, const sockaddr_in& target) : io_(io), target_(target) {
    acceptor_.fd = listener;
    poller_.add(acceptor_, *this);
  }
  /// Runs inside one handler of io_context::run(), so that coroutine frames come from Asio's recycling allocator.
  void run() {
    for (auto next_sweep = Clock::now() + tick;;) {
      poller_.turn(tick);
      io_.poll();  // what others posted here; sessions never pass through it
      auto now = Clock::now();
      if (now < next_sweep) continue;
      sweep(now);
      next_sweep = now + tick;
    }
  }
  void on_events(Descriptor&) override {
    for (int fd; (fd = accept4(acceptor_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      auto* tunnel = new Tunnel(poller_);
      tunnel->client.fd = fd;
      tunnel->deadline = Clock::now() + set_up_limit;
      setting_up_.push_back(*tunnel);
      poller_.add(tunnel->client, waking_);
      asio::co_spawn(io_.get_executor(), session(*tunnel), log_if_it_threw);
    }
  }

 private:
  Task<void> session(Tunnel& tunnel) {
    bool established = co_await set_up(tunnel);
    tunnel.unlink();
    established ? tunnel.take_over() : tunnel.end(Ending::reset);
  }
  Task<bool> set_up(Tunnel& tunnel) {
    Head head;
    while (!head.complete()) {
      ssize_t got = co_await receive(tunnel.client, head.room());
      if (got <= 0) co_return false;
      head.used += got;
    }
    if (!start_dial(tunnel.upstream, target_)) co_return false;
    poller_.add(tunnel.upstream, waking_);
    Woken how = co_await wait_in(tunnel.upstream.writer);
    if (how != Woken::ready || !connected(tunnel.upstream)) co_return false;
    if (!co_await send_all(tunnel.client, established_reply)) co_return false;
    ssize_t flight = co_await receive(tunnel.client, head.bytes);
    if (flight <= 0) co_return false;
    std::span<const char> hello(head.bytes.data(), flight);
    co_return co_await send_all(tunnel.upstream, hello);
  }
  void sweep(Clock::time_point now) {
    for (auto it = setting_up_.begin(); it != setting_up_.end();) {
      Tunnel& tunnel = *it++;  // waking it unlinks it
      if (tunnel.deadline > now) continue;
      tunnel.client.reader.wake(Woken::timed_out);
      for (WaitSlot* slot : {&tunnel.client.writer, &tunnel.upstream.writer})
        if (tunnel.client.listener == &waking_) slot->wake(Woken::timed_out);
    }
  }
  asio::io_context& io_;
  const sockaddr_in target_;
  Poller poller_;
  Descriptor acceptor_;
  Waking waking_;
  boost::intrusive::list<Tunnel, boost::intrusive::base_hook<TunnelHook>, boost::intrusive::constant_time_size<false>>
      setting_up_;
};

}  // namespace

void run_one_loop(int listener, const sockaddr_in& target) {
  asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  OneLoop loop(io, listener, target);
  asio::post(io, [&loop] { loop.run(); });
  io.run();
}

}  // namespace thread_sharing
