// An upstream on its own thread for tests with many connections: takes what comes, sends it back, closes when the other
// side does.
#pragma once

#include <atomic>
#include <thread>
#include <unordered_set>

#include "peer.hpp"

namespace shirgate::wire {

class EchoServer {
 public:
  EchoServer();
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return upstream_.port(); }
  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  [[nodiscard]] std::size_t open() const { return open_; }

 private:
  void run();
  void accept_all();
  void echo(int fd);
  void forget(int fd);

  Upstream upstream_;
  int epoll_;
  std::unordered_set<int> fds_;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<std::size_t> open_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace shirgate::wire
