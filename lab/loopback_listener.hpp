// A TCP listener on 127.0.0.1 with a thread per connection: what the lab's pretend servers stand on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <thread>

#include "lab/blocking_socket.hpp"

namespace shirgate::lab {

class LoopbackListener {
 public:
  using Serve = std::function<void(BlockingSocket& socket)>;

  /// Listens at once, on a port from the kernel; `serve` runs on the connection's own thread. Throws
  /// std::runtime_error.
  explicit LoopbackListener(Serve serve);
  /// Ends every connection and waits for the threads.
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  [[nodiscard]] const Endpoint& at() const { return at_; }

  /// Waits until everybody who connected before this call has been accepted and served to the end. False when that
  /// takes longer than `limit`.
  [[nodiscard]] bool settle(std::chrono::milliseconds limit);

  /// Connections beyond this are closed unserved.
  static constexpr std::size_t max_connections = 64;
  static constexpr std::chrono::seconds connection_limit{60};

 private:
  struct Connection {
    explicit Connection(int fd) : socket(fd, BlockingSocket::Clock::now() + connection_limit) {}
    BlockingSocket socket;
    bool served = false;
    std::thread thread{};
  };

  void accept_all();
  void take(int fd, const Endpoint& peer);
  void run(Connection& connection);
  void reap();

  Serve serve_;
  int fd_;
  Endpoint at_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Connection> connections_;
  std::set<std::uint16_t> own_calls_;  ///< ports that settle() calls from
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace shirgate::lab
