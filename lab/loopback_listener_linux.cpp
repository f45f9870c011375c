#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "lab/loopback_listener.hpp"
#include "proxy/gate/listener.hpp"
#include "proxy/loop/sockaddr_linux.hpp"

namespace shirgate::lab {
namespace {

Endpoint bound_to(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return from_kernel(storage);
}

int listen_somewhere() {
  const auto fd = open_listener({v4_address(INADDR_LOOPBACK), 0}, {});
  if (fd.has_error()) throw std::runtime_error(fd.error().text());
  return *fd;
}

}  // namespace

LoopbackListener::LoopbackListener(Serve serve)
    : serve_(std::move(serve)), fd_(listen_somewhere()), at_(bound_to(fd_)), thread_([this] { accept_all(); }) {}

LoopbackListener::~LoopbackListener() {
  stopped_ = true;
  ::shutdown(fd_, SHUT_RDWR);
  thread_.join();
  ::close(fd_);
  {
    const std::scoped_lock lock(mutex_);
    for (auto& connection : connections_) connection.socket.shut();
  }
  // No new ones come, and a served one no longer needs the lock.
  for (auto& connection : connections_) connection.thread.join();
}

void LoopbackListener::accept_all() {
  while (!stopped_) {
    pollfd entry{fd_, POLLIN, 0};
    ::poll(&entry, 1, -1);
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) take(fd, from_kernel(storage));
    reap();
  }
}

void LoopbackListener::take(int fd, const Endpoint& peer) {
  const std::scoped_lock lock(mutex_);
  // Where a firewall leads others here, they may come from the same port of another address.
  const bool own_call = peer.address == at_.address && own_calls_.erase(peer.port) > 0;
  if (own_call || connections_.size() >= max_connections) {
    ::close(fd);
  } else {
    auto& connection = connections_.emplace_back(fd);
    connection.thread = std::thread([this, &connection] { run(connection); });
  }
  changed_.notify_all();
}

void LoopbackListener::run(Connection& connection) {
  serve_(connection.socket);
  // Whoever waits for the end of the connection gets it now, not when the next one is accepted.
  connection.socket.shut();
  const std::scoped_lock lock(mutex_);
  connection.served = true;
  changed_.notify_all();
}

void LoopbackListener::reap() {
  std::list<Connection> over;
  {
    const std::scoped_lock lock(mutex_);
    for (auto at = connections_.begin(); at != connections_.end();) {
      const auto here = at++;
      if (here->served) over.splice(over.end(), connections_, here);
    }
  }
  for (auto& connection : over) connection.thread.join();
}

bool LoopbackListener::settle(std::chrono::milliseconds limit) {
  const auto deadline = BlockingSocket::Clock::now() + limit;
  // Connections are accepted in the order they were made, so once this one is, all earlier ones have been.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const BlockingSocket call(fd, deadline);
  const auto from = to_kernel({at_.address, 0});
  const auto to = to_kernel(at_);
  if (fd < 0 || ::bind(fd, from.get(), from.size) != 0) return false;
  const auto port = call.local_port();
  std::unique_lock lock(mutex_);
  own_calls_.insert(port);
  if (::connect(fd, to.get(), to.size) != 0) return false;
  return changed_.wait_until(lock, deadline, [&] {
    return !own_calls_.contains(port) &&
           std::all_of(connections_.begin(), connections_.end(), [](const Connection& each) { return each.served; });
  });
}

}  // namespace shirgate::lab
