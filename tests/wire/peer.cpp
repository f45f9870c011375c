#include "peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include "patience.hpp"

namespace shirgate::wire {
namespace {

sockaddr_in endpoint(const char* address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address, &result.sin_addr);
  return result;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool ready(int fd, short events, std::chrono::milliseconds limit) {
  pollfd watched{fd, events, 0};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    const int count = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (count >= 0 || errno != EINTR) return count > 0;
  }
}

/// Waits for a connection in the making; false when it failed.
bool is_made(int fd, std::chrono::milliseconds limit) {
  if (!ready(fd, POLLOUT, limit)) return false;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0;
}

}  // namespace

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::open: return "open";
    case Ending::finished: return "finished";
    case Ending::reset: return "reset";
  }
  return "open";
}

Peer::Peer(int fd) : fd_(fd) {
  const int on = 1;
  if (fd_ >= 0) ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Peer& Peer::operator=(Peer&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(rest_, other.rest_);
  return *this;
}

Peer Peer::connect_to(std::uint16_t port, const char* from, std::chrono::milliseconds limit) {
  Peer peer(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto source = endpoint(from, 0);
  const auto to = endpoint("127.0.0.1", port);
  if (from != std::string_view("127.0.0.1") && ::bind(peer.fd_, generic(source), sizeof source) != 0) return {};
  const bool started = ::connect(peer.fd_, generic(to), sizeof to) == 0 || errno == EINPROGRESS;
  if (!started || !is_made(peer.fd_, limit)) return {};
  return peer;
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno != EAGAIN || !ready(fd_, POLLOUT, patience))
      return false;
  }
  return true;
}

std::size_t Peer::send_until_stuck(std::string_view chunk, std::chrono::milliseconds stuck_for) {
  std::size_t total = 0;
  for (;;) {
    const auto sent = ::send(fd_, chunk.data(), chunk.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
      total += static_cast<std::size_t>(sent);
    else if (errno != EAGAIN || !ready(fd_, POLLOUT, stuck_for))
      return total;
  }
}

bool Peer::read_more(std::chrono::milliseconds limit, Ending& ending) {
  ending = Ending::open;
  static thread_local std::vector<char> bytes(std::size_t{64} * 1024);
  for (;;) {
    const auto count = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
      rest_.append(bytes.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (count == 0) ending = Ending::finished;
    if (count < 0 && errno == EAGAIN && ready(fd_, POLLIN, limit)) continue;
    if (count < 0 && errno != EAGAIN) ending = Ending::reset;
    return false;
  }
}

std::string Peer::receive(std::size_t count) {
  Ending ending{};
  while (rest_.size() < count && read_more(patience, ending)) continue;
  auto result = rest_.substr(0, count);
  rest_.erase(0, result.size());
  return result;
}

std::string Peer::receive_until(std::string_view end) {
  Ending ending{};
  while (rest_.find(end) == std::string::npos && read_more(patience, ending)) continue;
  const auto found = rest_.find(end);
  auto result = rest_.substr(0, found == std::string::npos ? found : found + end.size());
  rest_.erase(0, result.size());
  return result;
}

Heard Peer::read_to_end() {
  Heard heard;
  while (read_more(patience, heard.ending)) continue;
  heard.bytes = std::exchange(rest_, {});
  return heard;
}

Heard Peer::read_what_is_there() {
  Heard heard;
  while (read_more(std::chrono::milliseconds(0), heard.ending)) continue;
  heard.bytes = std::exchange(rest_, {});
  return heard;
}

void Peer::half_close() { ::shutdown(fd_, SHUT_WR); }

void Peer::close() {
  if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

Upstream::Upstream(int backlog, const char* address, std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  auto place = endpoint(address, port);
  socklen_t size = sizeof place;
  const bool listens = ::bind(fd_, generic(place), size) == 0 && ::listen(fd_, backlog) == 0 &&
                       ::getsockname(fd_, reinterpret_cast<sockaddr*>(&place), &size) == 0;
  if (!listens) throw std::runtime_error("the test gets no port to listen on");
  port_ = ntohs(place.sin_port);
}

Peer Upstream::accept() { return ready(fd_, POLLIN, patience) ? accept_waiting() : Peer(); }

Peer Upstream::accept_waiting() {
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return {};
  ++accepted_;
  return Peer(fd);
}

void Upstream::stop_listening() {
  if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

}  // namespace shirgate::wire
