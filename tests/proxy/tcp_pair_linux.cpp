#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "proxy/loop/socket.hpp"
#include "tcp_pair.hpp"

namespace shirgate::test {
namespace {

void set_buffers(int fd, std::size_t bytes) {
  const int size = static_cast<int>(bytes);
  // As root beyond the system's limit.
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

int new_socket(std::size_t buffer) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (buffer > 0) set_buffers(fd, buffer);
  return fd;
}

}  // namespace

TcpPair tcp_pair(std::size_t buffer) {
  const int listener = new_socket(buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const int far = new_socket(buffer);
  const bool connected = ::bind(listener, generic, size) == 0 && ::listen(listener, 1) == 0 &&
                         ::getsockname(listener, generic, &size) == 0 && ::connect(far, generic, size) == 0;
  const int near = connected ? ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
  ::close(listener);
  if (near < 0) throw std::runtime_error("no connection over loopback");
  tune_stream(near);
  const int on = 1;
  ::setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {TestEnd(far), near};
}

std::size_t unread(int fd) {
  int count = 0;
  return ::ioctl(fd, FIONREAD, &count) == 0 ? static_cast<std::size_t>(count) : 0;
}

bool has_end(int fd) {
  for (int tries = 0; tries < 5000; ++tries) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
    if (info.tcpi_state == TCP_CLOSE_WAIT) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

std::size_t TestEnd::send(std::string_view bytes, int flags) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL | flags);
    if (n < 0) break;
    sent += static_cast<std::size_t>(n);
  }
  return sent;
}

void TestEnd::read() {
  static thread_local std::array<char, std::size_t{64} * 1024> bytes;
  while (!finished && error == 0) {
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n > 0) got.append(bytes.data(), static_cast<std::size_t>(n));
    if (n == 0) finished = true;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) error = errno;
  }
}

void TestEnd::half_close() { ::shutdown(fd_, SHUT_WR); }

void TestEnd::close() {
  if (const int fd = std::exchange(fd_, -1); fd >= 0) ::close(fd);
}

void TestEnd::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

std::string noise(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<char>(seed >> 56);
  }
  return bytes;
}

}  // namespace shirgate::test
