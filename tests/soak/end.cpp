#include "end.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "greeting.hpp"

namespace shirgate::soak {

End::End(Board& board, int fd, std::size_t tunnel)
    : board_(board), side_(Side::client), fd_(fd), phase_(Phase::connecting) {
  begin(tunnel);
}

End::End(Board& board, int fd) : board_(board), side_(Side::upstream), fd_(fd), phase_(Phase::hello) {}

End::~End() {
  if (fd_ >= 0) ::close(fd_);
}

void End::begin(std::size_t tunnel) {
  tunnel_ = tunnel;
  const auto& script = board_.script(tunnel);
  mine_ = side_ == Side::client ? script.client : script.upstream;
  theirs_ = side_ == Side::client ? script.upstream : script.client;
  random_.seed(script.seed + static_cast<std::uint64_t>(side_));
  const int size = mine_.receive_buffer;
  if (size > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  board_.note_progress(tunnel, 0);
}

bool End::has_more() const {
  if (!words_.empty()) return true;
  return phase_ == Phase::streaming && !finished_ && (!mine_.answers || got_end_);
}

std::uint32_t End::wants() const {
  if (phase_ == Phase::connecting) return EPOLLOUT;
  return (got_end_ ? 0U : EPOLLIN) | (has_more() ? EPOLLOUT : 0U);
}

void End::work() {
  if (phase_ == Phase::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail("does not reach the gate: " + std::string(std::strerror(error)));
    phase_ = Phase::answer;
    words_ = connect_words();
  }
  if (!over() && !got_end_) read();
  if (!over() && has_more()) write();
  if (over() || phase_ != Phase::streaming) return;
  if (sent_ + received_ >= mine_.resets_after) return finish(true);
  if (finished_ && got_end_) finish(false);
}

std::size_t End::read_size() {
  switch (phase_) {
    case Phase::server_hello: return server_words().size() - heard_.size();
    case Phase::hello: return hello_size() - heard_.size();
    case Phase::streaming: return mine_.reads_slowly ? std::min<std::size_t>(piece(), 16'384) : piece();
    default: return 4096;
  }
}

void End::read() {
  static thread_local std::array<char, std::size_t{1} << 18> bytes;
  const auto n = ::recv(fd_, bytes.data(), read_size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n < 0) return lost(errno);
  if (n == 0) return heard_end();
  const std::string_view got(bytes.data(), static_cast<std::size_t>(n));
  phase_ == Phase::streaming ? check(got) : hear(got);
  if (!over()) sleep_if_due(true);
}

void End::hear(std::string_view bytes) {
  heard_ += bytes;
  switch (phase_) {
    case Phase::answer:
      if (!heard_.ends_with("\r\n\r\n")) return;
      if (!heard_.starts_with("HTTP/1.1 200 ")) return fail("was answered " + heard_);
      words_ = hello_words(tunnel_);
      phase_ = Phase::server_hello;
      break;
    case Phase::server_hello:
      if (heard_.size() < server_words().size()) return;
      if (heard_ != server_words()) return fail("got another server hello");
      phase_ = Phase::streaming;
      break;
    default:
      if (heard_.size() < hello_size()) return;
      begin(tunnel_in(heard_));
      words_ = server_words();
      phase_ = Phase::streaming;
  }
  heard_.clear();
}

void End::check(std::string_view bytes) {
  board_.note_progress(tunnel_, bytes.size());
  if (received_ + bytes.size() > theirs_.sends) return fail("got more than was sent");
  while (!bytes.empty()) {
    const auto expected = board_.noise.at(theirs_.starts_at + received_, bytes.size());
    if (!bytes.starts_with(expected)) return fail("got a wrong byte near " + std::to_string(received_));
    bytes.remove_prefix(expected.size());
    received_ += expected.size();
  }
}

void End::sleep_if_due(bool has_read) {
  if (has_read && mine_.reads_slowly) sleeps_until_ = Clock::now() + std::chrono::milliseconds(1 + random_() % 4);
  if (paused_ || sent_ + received_ < mine_.pauses_after) return;
  paused_ = true;
  sleeps_until_ = Clock::now() + std::chrono::milliseconds(mine_.pause_ms);
}

void End::write() {
  std::string_view next = words_;
  if (words_.empty()) next = board_.noise.at(mine_.starts_at + sent_, std::min(piece(), mine_.sends - sent_));
  if (!next.empty()) {
    const auto n = ::send(fd_, next.data(), next.size(), MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) return lost(errno);
    if (!words_.empty()) return static_cast<void>(words_.erase(0, static_cast<std::size_t>(n)));
    sent_ += static_cast<std::uint64_t>(n);
    board_.note_progress(tunnel_, static_cast<std::size_t>(n));
    sleep_if_due(false);
  }
  if (phase_ != Phase::streaming || sent_ < mine_.sends) return;
  finished_ = true;
  ::shutdown(fd_, SHUT_WR);
}

void End::heard_end() {
  const bool all = phase_ == Phase::streaming && received_ == theirs_.sends;
  if (!all) return fail("was told of an end after " + std::to_string(received_) + " bytes");
  got_end_ = true;
}

void End::lost(int error) {
  if (!board_.script(tunnel_).is_cut()) return fail(std::string("broke: ") + std::strerror(error));
  finish(false);
}

void End::finish(bool by_reset) {
  const linger at_once{1, 0};
  if (by_reset) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
  board_.note_over(tunnel_);
}

void End::fail(const std::string& what) {
  board_.complain(tunnel_, (side_ == Side::client ? "at the client " : "at the upstream ") + what);
  finish(true);
}

}  // namespace shirgate::soak
