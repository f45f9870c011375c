#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "lab/blocking_socket.hpp"
#include "proxy/loop/sockaddr_linux.hpp"

namespace shirgate::lab {

namespace {

constexpr std::size_t slow_piece_bytes = 16384;

}  // namespace

Checked<BlockingSocket> BlockingSocket::connect_to(const Endpoint& to, Clock::time_point deadline) {
  const int fd = ::socket(to.address.is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  BlockingSocket socket(fd, deadline);
  const auto address = to_kernel(to);
  int error = fd >= 0 && ::connect(fd, address.get(), address.size) == 0 ? 0 : errno;
  if (error == EINPROGRESS && socket.wait_for(POLLOUT)) {
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return socket;
  return complain(fmt::format("can't connect to {}: {}", to_string(to), std::strerror(error)));
}

BlockingSocket::BlockingSocket(int fd, Clock::time_point deadline) : fd_(fd), deadline_(deadline) {
  // Without it every short write after another waits for a delayed acknowledgement, 40 ms each.
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

BlockingSocket::BlockingSocket(BlockingSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      deadline_(other.deadline_),
      bytes_per_second_(other.bytes_per_second_),
      trouble_(std::move(other.trouble_)) {}

BlockingSocket::~BlockingSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool BlockingSocket::wait_for(short events) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    pollfd entry{fd_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<long>(left, 0)));
    if (ready > 0) return true;
    if (ready < 0 && errno == EINTR) continue;
    note_trouble("waiting", ready == 0 ? ETIMEDOUT : errno);
    return false;
  }
}

void BlockingSocket::note_trouble(std::string_view doing, int error) {
  if (trouble_.empty()) trouble_ = fmt::format("{}: {}", doing, std::strerror(error));
}

void BlockingSocket::take_time(std::size_t bytes) const {
  if (bytes_per_second_ == 0) return;
  const auto microseconds = static_cast<std::int64_t>(bytes) * 1'000'000 / bytes_per_second_;
  // The time is what a slow line is.
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

bool BlockingSocket::begins_with(std::uint8_t byte) {
  if (!trouble_.empty() || !wait_for(POLLIN)) return false;
  std::uint8_t first = 0;
  return ::recv(fd_, &first, sizeof first, MSG_DONTWAIT | MSG_PEEK) == 1 && first == byte;
}

bool BlockingSocket::stays_quiet(std::chrono::milliseconds how_long) const {
  for (;;) {
    pollfd entry{fd_, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(how_long.count()));
    if (ready >= 0 || errno != EINTR) return ready == 0;
  }
}

std::size_t BlockingSocket::read_some(std::span<std::uint8_t> into) {
  while (trouble_.empty()) {
    const auto got = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
    if (got >= 0) {
      take_time(static_cast<std::size_t>(got));
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN) {
      if (!wait_for(POLLIN)) return 0;
    } else if (errno != EINTR) {
      note_trouble("reading", errno);
    }
  }
  return 0;
}

std::string BlockingSocket::read_through(std::string_view end, std::size_t limit) {
  std::string text;
  std::array<std::uint8_t, 1> byte{};
  while (!text.ends_with(end)) {
    if (text.size() == limit || read_some(byte) == 0) return {};
    text.push_back(static_cast<char>(byte[0]));
  }
  return text;
}

std::string BlockingSocket::read_up_to(std::size_t count) {
  std::string text;
  std::array<std::uint8_t, 4096> piece{};
  while (text.size() < count) {
    const auto got = read_some(std::span(piece).first(std::min(piece.size(), count - text.size())));
    if (got == 0) break;
    text.append(reinterpret_cast<const char*>(piece.data()), got);
  }
  return text;
}

bool BlockingSocket::write_all(std::span<const std::uint8_t> bytes) {
  while (trouble_.empty() && !bytes.empty()) {
    const auto piece = bytes.first(bytes_per_second_ == 0 ? bytes.size() : std::min(bytes.size(), slow_piece_bytes));
    const auto sent = ::send(fd_, piece.data(), piece.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      take_time(static_cast<std::size_t>(sent));
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (!wait_for(POLLOUT)) return false;
    } else if (errno != EINTR) {
      note_trouble("writing", errno);
    }
  }
  return trouble_.empty();
}

bool BlockingSocket::write_all(std::string_view text) {
  return write_all(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void BlockingSocket::shut_writing() { ::shutdown(fd_, SHUT_WR); }

void BlockingSocket::shut() { ::shutdown(fd_, SHUT_RDWR); }

std::uint16_t BlockingSocket::local_port() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &size);
  return from_kernel(storage).port;
}

}  // namespace shirgate::lab
