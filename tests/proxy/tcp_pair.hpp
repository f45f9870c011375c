// A TCP connection over loopback, both ends in the test's hands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace shirgate::test {

/// One end that the test plays. Nothing here waits.
class TestEnd {
 public:
  TestEnd() = default;
  explicit TestEnd(int fd) : fd_(fd) {}
  TestEnd(TestEnd&& other) noexcept
      : got(std::move(other.got)), finished(other.finished), error(other.error), fd_(std::exchange(other.fd_, -1)) {}
  TestEnd& operator=(TestEnd&& other) noexcept {
    got.swap(other.got);
    std::swap(finished, other.finished);
    std::swap(error, other.error);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~TestEnd() { close(); }

  [[nodiscard]] int fd() const { return fd_; }
  /// What the kernel takes of it now.
  std::size_t send(std::string_view bytes, int flags = 0);
  /// All that is there, into `got`, and whether it was the last.
  void read();
  void half_close();
  void close();
  /// Sends RST.
  void reset();

  std::string got;
  bool finished = false;
  int error = 0;

 private:
  int fd_ = -1;
};

struct TcpPair {
  TestEnd far;
  int near = -1;  ///< non-blocking, tuned like the gate's own; whoever takes it closes it
};

/// `buffer`: how many bytes each end may hold, as far as the kernel allows; 0 for its own ideas.
[[nodiscard]] TcpPair tcp_pair(std::size_t buffer = 0);

/// Bytes that have arrived and were not read.
[[nodiscard]] std::size_t unread(int fd);

/// True once the other side's FIN has arrived; false when it does not within some seconds.
[[nodiscard]] bool has_end(int fd);

/// Bytes nobody gets right by accident.
[[nodiscard]] std::string noise(std::size_t size, std::uint64_t seed);

}  // namespace shirgate::test
