#include "echo_server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "server_bytes.hpp"

namespace shirgate::wire {
namespace {

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

EchoServer::EchoServer() : upstream_(4096), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  watch(epoll_, upstream_.fd());
  thread_ = std::thread([this] { run(); });
}

EchoServer::~EchoServer() {
  stop_ = true;
  thread_.join();
  for (const int fd : fds_) ::close(fd);
  ::close(epoll_);
}

void EchoServer::run() {
  std::array<epoll_event, 64> events{};
  while (!stop_) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      fd == upstream_.fd() ? accept_all() : echo(fd);
    }
  }
}

void EchoServer::accept_all() {
  for (;;) {
    const int fd = ::accept4(upstream_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    fds_.insert(fd);
    // It waits in the gate until the hello is through; who opens with it is understood.
    const auto first = server_hello();
    static_cast<void>(::send(fd, first.data(), first.size(), MSG_NOSIGNAL));
    ++accepted_;
    ++open_;
    watch(epoll_, fd);
  }
}

void EchoServer::echo(int fd) {
  std::array<char, 16384> bytes;
  const auto count = ::recv(fd, bytes.data(), bytes.size(), 0);
  if (count < 0 && errno == EAGAIN) return;
  // Small messages always fit into the socket's buffer.
  if (count > 0 && ::send(fd, bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count) return;
  forget(fd);
}

void EchoServer::forget(int fd) {
  ::close(fd);
  fds_.erase(fd);
  --open_;
}

}  // namespace shirgate::wire
