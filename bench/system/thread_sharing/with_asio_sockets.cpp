// nested, poll, thread: Asio owns the sockets until the hand-over, the engine's epoll after it.
#include <sys/eventfd.h>

#include <boost/asio.hpp>
#include <functional>
#include <mutex>
#include <thread>

#include "tunnel.hpp"
#include "variants.hpp"

namespace thread_sharing {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using Executor = asio::io_context::executor_type;
using Token = asio::use_awaitable_t<Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Adopt = std::function<void(int client, int upstream)>;
constexpr asio::as_tuple_t<Token> as_tuple{Token{}};

void log_if_it_threw(std::exception_ptr problem) {
  if (problem) std::fputs("a session threw\n", stderr);
}

Task<bool> set_up(Socket& client, Socket& upstream, const sockaddr_in& target) {
  Head head;
  while (!head.complete()) {
    if (head.room().empty()) co_return false;
    auto [error, got] = co_await client.async_read_some(asio::buffer(head.room().data(), head.room().size()), as_tuple);
    if (error) co_return false;
    head.used += got;
  }
  upstream.open(tcp::v4());
  tune(upstream.native_handle());
  tcp::endpoint endpoint(asio::ip::address_v4::loopback(), ntohs(target.sin_port));
  auto [not_connected] = co_await upstream.async_connect(endpoint, as_tuple);
  if (not_connected) co_return false;
  auto [not_replied, replied] = co_await asio::async_write(client, asio::buffer(established_reply), as_tuple);
  if (not_replied) co_return false;
  auto [no_flight, flight] = co_await client.async_read_some(asio::buffer(head.bytes), as_tuple);
  if (no_flight) co_return false;
  auto [not_sent, sent] = co_await asio::async_write(upstream, asio::buffer(head.bytes.data(), flight), as_tuple);
  co_return !not_sent;
}

Task<void> asio_session(Socket client, const sockaddr_in& target, const Adopt& adopt, int& setting_up) {
  ++setting_up;
  Socket upstream(client.get_executor());
  bool established = co_await set_up(client, upstream, target);
  --setting_up;
  if (established) adopt(client.release(), upstream.release());
}

Task<void> accept_sessions(int listener, const sockaddr_in& target, const Adopt& adopt, int& setting_up) {
  Executor executor = co_await asio::this_coro::executor;
  asio::basic_socket_acceptor<tcp, Executor> acceptor(executor, tcp::v4(), listener);
  for (;;) {
    auto [error, client] = co_await acceptor.async_accept(as_tuple);
    if (!error) asio::co_spawn(executor, asio_session(std::move(client), target, adopt, setting_up), log_if_it_threw);
  }
}

void adopt_into(Poller& poller, int client, int upstream) {
  auto tunnel = std::make_unique<Tunnel>(poller);
  tunnel->client.fd = client;
  tunnel->upstream.fd = upstream;
  tunnel.release()->adopt();
}

Task<void> watch(Poller& poller) {
  Executor executor = co_await asio::this_coro::executor;
  asio::posix::basic_stream_descriptor<Executor> watched(executor, poller.native_handle());
  for (;;) {
    auto [error] = co_await watched.async_wait(asio::posix::descriptor_base::wait_read, as_tuple);
    if (error) co_return;
    poller.turn(0ms);
  }
}

enum class WhileSettingUp { wait, spin };

/// Where the session thread leaves descriptors for the engine thread.
class Inbox final : public Listener {
 public:
  explicit Inbox(Poller& poller) : poller_(poller) {
    bell_.fd = must(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    poller_.add(bell_, *this);
  }
  void leave(int client, int upstream) {
    bool was_empty;
    {
      std::lock_guard lock(mutex_);
      was_empty = waiting_.empty();
      waiting_.emplace_back(client, upstream);
    }
    if (was_empty) eventfd_write(bell_.fd, 1);
  }
  void on_events(Descriptor&) override {
    eventfd_t rings;
    eventfd_read(bell_.fd, &rings);
    std::vector<std::pair<int, int>> taken;
    {
      std::lock_guard lock(mutex_);
      taken.swap(waiting_);
    }
    for (auto [client, upstream] : taken) adopt_into(poller_, client, upstream);
  }

 private:
  Poller& poller_;
  Descriptor bell_;
  std::mutex mutex_;
  std::vector<std::pair<int, int>> waiting_;
};

void run_poll(int listener, const sockaddr_in& target, WhileSettingUp habit) {
  asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  Poller poller;
  int setting_up = 0;
  Adopt adopt = [&](int client, int upstream) { adopt_into(poller, client, upstream); };
  asio::co_spawn(io.get_executor(), accept_sessions(listener, target, adopt, setting_up), log_if_it_threw);
  for (;;) {
    io.poll();
    poller.turn(habit == WhileSettingUp::spin && setting_up > 0 ? 0ms : 1ms);
  }
}

}  // namespace

void run_nested(int listener, const sockaddr_in& target) {
  asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  Poller poller;
  int setting_up = 0;
  Adopt adopt = [&](int client, int upstream) { adopt_into(poller, client, upstream); };
  asio::co_spawn(io.get_executor(), accept_sessions(listener, target, adopt, setting_up), log_if_it_threw);
  asio::co_spawn(io.get_executor(), watch(poller), log_if_it_threw);
  io.run();
}

void run_poll_1ms(int listener, const sockaddr_in& target) { run_poll(listener, target, WhileSettingUp::wait); }

void run_poll_spin(int listener, const sockaddr_in& target) { run_poll(listener, target, WhileSettingUp::spin); }

void run_thread(int listener, const sockaddr_in& target) {
  Poller poller;
  Inbox inbox(poller);
  std::jthread engine([&] {
    for (;;) poller.turn(tick);
  });
  asio::io_context io(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
  int setting_up = 0;
  Adopt adopt = [&](int client, int upstream) { inbox.leave(client, upstream); };
  asio::co_spawn(io.get_executor(), accept_sessions(listener, target, adopt, setting_up), log_if_it_threw);
  io.run();
}

}  // namespace thread_sharing
