#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "proxy/loop/sockaddr_linux.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {
namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

void set_option(int fd, int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); }

int errno_of(Wake wake) {
  switch (wake) {
    case Wake::ready: return 0;
    case Wake::timed_out: return ETIMEDOUT;
    case Wake::cancelled: return ECANCELED;
  }
  return ECANCELED;
}

}  // namespace

Socket::Socket(EventLoop& loop, Descriptor* descriptor) : loop_(&loop), descriptor_(descriptor), wait_(loop) {}

Socket::~Socket() {
  if (descriptor_ != nullptr) loop_->close(descriptor_);
}

Descriptor* Socket::release() {
  descriptor_->listener = nullptr;
  return std::exchange(descriptor_, nullptr);
}

void Socket::on_ready(Descriptor& descriptor) {
  if (awaited_ == Direction::read ? descriptor.readable : descriptor.writable) wait_.complete(Wake::ready);
}

Awaitable<Wake> Socket::ready(Direction direction, SteadyTime deadline) {
  awaited_ = direction;
  descriptor_->listener = this;
  const auto wake = co_await wait_.until(deadline);
  descriptor_->listener = nullptr;
  co_return wake;
}

Awaitable<IoResult> Socket::read_some(std::span<char> into, SteadyTime deadline) {
  for (;;) {
    const auto result = read_now(into);
    if (result.error != EAGAIN) co_return result;
    const auto wake = co_await ready(Direction::read, deadline);
    if (wake != Wake::ready) co_return IoResult{0, errno_of(wake)};
  }
}

IoResult Socket::read_now(std::span<char> into) {
  while (descriptor_->readable) {
    const auto n = ::recv(fd(), into.data(), into.size(), 0);
    if (n >= 0) {
      const auto size = static_cast<std::size_t>(n);
      if (n > 0) descriptor_->note_read(size, into.size());
      return {size, 0};
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) return {0, errno};
    descriptor_->readable = false;
  }
  return {0, EAGAIN};
}

Awaitable<IoResult> Socket::readable_or(Socket& other, SteadyTime deadline) {
  if (descriptor_->readable || other.descriptor_->readable) co_return IoResult{};
  other.descriptor_->listener = this;
  const auto wake = co_await ready(Direction::read, deadline);
  other.descriptor_->listener = nullptr;
  co_return IoResult{0, wake == Wake::ready ? 0 : errno_of(wake)};
}

Awaitable<IoResult> Socket::write_all(std::span<const char> bytes, SteadyTime deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto n = ::send(fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (!would_block(error)) co_return IoResult{sent, error};
    descriptor_->writable = false;
    const auto wake = co_await ready(Direction::write, deadline);
    if (wake != Wake::ready) co_return IoResult{sent, errno_of(wake)};
  }
  co_return IoResult{sent, 0};
}

int Socket::connect_result(const Endpoint& to) const {
  if (!descriptor_->writable) return EINPROGRESS;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  // Only a connection that was made has a peer; one that failed says why.
  if (::getpeername(fd(), reinterpret_cast<sockaddr*>(&peer), &size) == 0)
    return from_kernel(peer).address == to.address ? 0 : EADDRNOTAVAIL;
  int error = 0;
  size = sizeof error;
  ::getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? ENOTCONN : error;
}

void Socket::shut_writing() { ::shutdown(fd(), SHUT_WR); }

void reset_on_close(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void tune_stream(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // A byte sent as urgent would otherwise be left out of the stream, and lost (RFC 6093 section 5 asks for this).
  set_option(fd, SOL_SOCKET, SO_OOBINLINE, 1);
}

void probe_when_silent(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

std::unique_ptr<Socket> start_connect(EventLoop& loop, const Endpoint& to, int& error) {
  const auto address = to_kernel(to);
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    error = errno;
    return nullptr;
  }
  tune_stream(fd);
  if (::connect(fd, address.get(), address.size) != 0 && errno != EINPROGRESS) {
    error = errno;
    ::close(fd);
    return nullptr;
  }
  auto* const descriptor = loop.add(fd, Trigger::edge);
  if (descriptor == nullptr) {
    ::close(fd);
    error = ENOMEM;
    return nullptr;
  }
  // Until the loop hears of either, whoever waits by then.
  descriptor->writable = descriptor->readable = false;
  error = 0;
  return std::make_unique<Socket>(loop, descriptor);
}

Endpoint local_endpoint(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return from_kernel(storage);
}

}  // namespace shirgate
