// A TCP connection for the lab's servers and clients: plain blocking calls, each of which ends by the deadline. The
// gate itself never uses it. Trouble is kept rather than thrown: after the first, every call does nothing, and
// trouble() says what it was.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "policy/checked.hpp"

namespace shirgate::lab {

class BlockingSocket {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes over a connected socket.
  BlockingSocket(int fd, Clock::time_point deadline);
  [[nodiscard]] static Checked<BlockingSocket> connect_to(const Endpoint& to, Clock::time_point deadline);
  BlockingSocket(BlockingSocket&& other) noexcept;
  BlockingSocket& operator=(BlockingSocket&&) = delete;
  ~BlockingSocket();

  /// Waits for the peer's first byte and leaves it where it is; false when another or none comes.
  [[nodiscard]] bool begins_with(std::uint8_t byte);
  /// Whether nothing can be read for so long, not even the end.
  [[nodiscard]] bool stays_quiet(std::chrono::milliseconds how_long) const;
  /// At least one byte; 0 when the peer has finished, or in trouble.
  [[nodiscard]] std::size_t read_some(std::span<std::uint8_t> into);
  /// Reads up to and including `end` and not one byte further; empty when it does not come within `limit` bytes.
  [[nodiscard]] std::string read_through(std::string_view end, std::size_t limit);
  /// As many bytes as come, at most `count`.
  [[nodiscard]] std::string read_up_to(std::size_t count);
  bool write_all(std::span<const std::uint8_t> bytes);
  bool write_all(std::string_view text);

  /// From now on no more than so many bytes a second, each way.
  void slow_down(std::int64_t bytes_per_second) { bytes_per_second_ = bytes_per_second; }

  /// Tells the peer that nothing more will come.
  void shut_writing();
  /// Any thread: ends whoever waits here.
  void shut();

  [[nodiscard]] std::uint16_t local_port() const;
  /// Empty as long as there was none.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  [[nodiscard]] bool wait_for(short events);
  void note_trouble(std::string_view doing, int error);
  /// Waits as long as these bytes take on a slow line.
  void take_time(std::size_t bytes) const;

  int fd_;
  Clock::time_point deadline_;
  std::int64_t bytes_per_second_ = 0;  ///< 0: as fast as it goes
  std::string trouble_;
};

}  // namespace shirgate::lab
