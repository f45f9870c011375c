// A connected TCP socket of a session: optimistic system calls, and a coroutine that waits when one would block.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "config/settings.hpp"
#include "proxy/awaitable.hpp"
#include "proxy/loop/event_loop.hpp"
#include "proxy/loop/wait.hpp"

namespace shirgate {

/// Bytes moved, or the errno that stopped it. ETIMEDOUT: the deadline passed; ECANCELED: the loop ends all waiting.
struct IoResult {
  std::size_t bytes = 0;
  int error = 0;
};

/// Owns one descriptor in the loop of its worker. One coroutine at a time may wait on it.
class Socket final : public ReadinessListener {
 public:
  Socket(EventLoop& loop, Descriptor* descriptor);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// At least one byte, or 0 bytes and no error at the end of the stream.
  [[nodiscard]] Awaitable<IoResult> read_some(std::span<char> into, SteadyTime deadline);
  /// What is there now; EAGAIN where nothing is.
  [[nodiscard]] IoResult read_now(std::span<char> into);
  /// Waits until one of the two may be read. Nobody else may wait on either.
  [[nodiscard]] Awaitable<IoResult> readable_or(Socket& other, SteadyTime deadline);
  /// All of it, or the error; `bytes` says how much went out.
  [[nodiscard]] Awaitable<IoResult> write_all(std::span<const char> bytes, SteadyTime deadline);
  /// For a connection that is being made: 0 once it is, EINPROGRESS before that, or why it failed. EADDRNOTAVAIL: the
  /// kernel says that the peer is not `to`, a second opinion on where the bytes will go (R10).
  [[nodiscard]] int connect_result(const Endpoint& to) const;
  /// Somebody else is told of its events, or with null nobody, until a coroutine waits here.
  void tell(ReadinessListener* listener) { descriptor_->listener = listener; }

  /// Sends FIN; what the peer still sends can be read.
  void shut_writing();

  [[nodiscard]] EventLoop& loop() { return *loop_; }
  [[nodiscard]] int fd() const { return descriptor_->fd(); }
  /// Gives the descriptor away, still registered; the socket is empty then and may only be destroyed.
  [[nodiscard]] Descriptor* release();

 private:
  enum class Direction : std::uint8_t { read, write };
  [[nodiscard]] Awaitable<Wake> ready(Direction direction, SteadyTime deadline);
  void on_ready(Descriptor& descriptor) override;

  EventLoop* loop_;
  Descriptor* descriptor_;
  Wait wait_;
  Direction awaited_ = Direction::read;
};

/// What every relayed stream wants: no waiting for more to send, urgent bytes in their place. Connections are born with
/// what the listener that accepts them is set to.
void tune_stream(int fd);

/// Keepalive after 30 s of silence; a peer that does not answer is given up after 60 s. TCP_USER_TIMEOUT stays unset:
/// it would also end a connection whose reader only takes its time (the kernel counts a closed window as no progress),
/// and it replaces keepalive's own limit.
void probe_when_silent(int fd);

/// The next close sends RST instead of FIN, so that the peer does not take a cut stream for a whole one.
void reset_on_close(int fd);

/// Starts a connection without blocking. The socket may not be connected yet: see connect_result(). Null and `error`
/// set when the kernel refuses at once.
[[nodiscard]] std::unique_ptr<Socket> start_connect(EventLoop& loop, const Endpoint& to, int& error);

/// The near end, as the kernel has it; a v4-mapped address is reported as IPv4, which is what it is.
[[nodiscard]] Endpoint local_endpoint(int fd);

}  // namespace shirgate
