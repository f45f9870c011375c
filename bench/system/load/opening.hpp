// A tunnel from connect() to the server's hello, as a client makes it: what all subcommands begin with.
#pragma once
#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "figures.hpp"
#include "options.hpp"
#include "sockets.hpp"

namespace load {

/// Where tunnels lead and what is said on the way. The n-th tunnel takes the n-th of each list, round and round.
class Routes {
 public:
  /// --via ADDRESS:PORT,…   where to connect: the proxy, or without one the far ends
  /// --targets AUTHORITY/SERVER_NAME,…   what CONNECT asks for and what the hello names
  /// --blind yes   no CONNECT: there is no proxy, or it knows the way by itself
  /// --from ADDRESS,…   the clients' addresses; none is what the kernel chooses
  /// --hello FILE   a captured ClientHello
  explicit Routes(Options& options);
  [[nodiscard]] int connect(std::size_t n) const;
  /// Empty where no CONNECT is said.
  [[nodiscard]] const std::string& request(std::size_t n) const { return requests_[n % requests_.size()]; }
  [[nodiscard]] const std::string& hello(std::size_t n) const { return hellos_[n % hellos_.size()]; }

 private:
  std::vector<sockaddr_in> via_, from_;
  std::vector<std::string> requests_, hellos_;
};

enum class Progress { under_way, open, failed };

/// One of them, on a descriptor that does not block and is watched with EPOLLIN | EPOLLOUT | EPOLLET. Closing the
/// descriptor is the owner's business. Reads not one byte past the server's hello.
class Opening {
 public:
  Opening(const Routes& routes, std::size_t n);
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] Clock::time_point begun() const { return begun_; }
  [[nodiscard]] std::string_view why() const { return why_; }
  /// Whenever the descriptor reports something.
  [[nodiscard]] Progress step(std::uint32_t events);

 private:
  enum class Stage { connecting, asked, greeted, open };
  [[nodiscard]] Progress say(const std::string& bytes, Stage next);
  [[nodiscard]] Progress hear_reply();
  [[nodiscard]] Progress hear_hello();
  [[nodiscard]] Progress fail(std::string_view why);
  [[nodiscard]] Progress fail_with_errno(std::string_view what);

  const Routes* routes_;
  std::size_t n_;
  Clock::time_point begun_ = Clock::now();
  int fd_;
  Stage stage_ = Stage::connecting;
  std::string heard_;
  std::string why_;
};

constexpr double opening_limit_s = 10;

/// Opens `count` tunnels, `at_once` at a time, and gives those that came about: open, not blocking, watched by nobody.
[[nodiscard]] std::vector<int> open_tunnels(const Routes& routes, std::size_t count, std::size_t at_once,
                                            Failures& failures);

/// An epoll and the events of one wait.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  void add(int fd, std::uint32_t events) { add(fd, events, std::uint64_t(fd)); }
  void add(int fd, std::uint32_t events, std::uint64_t tag);
  void change(int fd, std::uint32_t events);
  /// At most this long.
  [[nodiscard]] std::span<const epoll_event> wait(int milliseconds);

 private:
  int epoll_;
  std::vector<epoll_event> events_;
};

}  // namespace load
