// One end of a TCP connection, and a loopback port that takes connections. Every call is bounded in time; what the
// other side did is a value, so a test can say what it expects.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace shirgate::wire {

/// How a stream stood when reading stopped.
enum class Ending : std::uint8_t { open, finished, reset };
[[nodiscard]] std::string_view to_string(Ending ending);

struct Heard {
  std::string bytes;
  Ending ending = Ending::open;
};

/// A client of the gate or a connection at the upstream. Closes when destroyed, which sends a FIN or, with bytes
/// unread, an RST.
class Peer {
 public:
  Peer() = default;
  explicit Peer(int fd);
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)), rest_(std::move(other.rest_)) {}
  Peer& operator=(Peer&& other) noexcept;
  ~Peer() { close(); }

  /// To a port on 127.0.0.1. Not connected where nobody listens or nobody accepts within the limit.
  [[nodiscard]] static Peer connect_to(std::uint16_t port, const char* from = "127.0.0.1",
                                       std::chrono::milliseconds limit = std::chrono::seconds(20));

  [[nodiscard]] bool connected() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

  /// All of it; false when the other side is gone or stops reading.
  bool send(std::string_view bytes);
  /// What the kernel takes until it takes nothing more for the given time: the other side does not read.
  std::size_t send_until_stuck(std::string_view chunk, std::chrono::milliseconds stuck_for);
  /// Exactly `count` bytes, or fewer when the stream ended before.
  [[nodiscard]] std::string receive(std::size_t count);
  /// Up to and including `end`, or fewer when the stream ended before.
  [[nodiscard]] std::string receive_until(std::string_view end);
  /// Everything until the stream ends.
  [[nodiscard]] Heard read_to_end();
  /// What is there now, without waiting; the ending says whether more may come.
  [[nodiscard]] Heard read_what_is_there();

  void half_close();
  void close();
  /// Sends RST.
  void reset();

 private:
  /// One read, waiting at most that long: false at the end, which `ending` tells.
  bool read_more(std::chrono::milliseconds limit, Ending& ending);

  int fd_ = -1;
  std::string rest_;  ///< read, not yet handed out
};

/// A listening port, as a rule one on 127.0.0.1 that the kernel chose.
class Upstream {
 public:
  explicit Upstream(int backlog = 1024, const char* address = "127.0.0.1", std::uint16_t port = 0);
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;
  ~Upstream() { stop_listening(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int fd() const { return fd_; }
  /// The next connection; not connected when none came.
  [[nodiscard]] Peer accept();
  /// The next connection if it is waiting already.
  [[nodiscard]] Peer accept_waiting();
  /// Connections taken so far.
  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  /// From now on connections are refused.
  void stop_listening();

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::size_t accepted_ = 0;
};

}  // namespace shirgate::wire
