// The few socket calls every part of the benchmark makes. What can't fail here ends the process.
#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace thread_sharing {

inline int must(int result, const char* what) {
  if (result >= 0) return result;
  std::perror(what);
  std::_Exit(2);
}

/// cubic, because the machine's default (bbr) paces and collapses when the CPU is contended.
inline void tune(int fd) {
  int on = 1;
  must(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5), "TCP_CONGESTION");
  must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

inline int new_socket(int flags) {
  int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket");
  tune(fd);
  return fd;
}

inline void reset_on_close(int fd) {
  linger abortive{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &abortive, sizeof abortive);
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline int connect_to(int fd, const sockaddr_in& address) {
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// Accepted sockets inherit cubic and TCP_NODELAY from here.
inline int listen_on(std::uint16_t port) {
  int fd = new_socket(SOCK_NONBLOCK);
  int on = 1;
  must(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), "SO_REUSEPORT");
  sockaddr_in address = loopback(port);
  must(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  must(listen(fd, 1024), "listen");
  return fd;
}

inline sockaddr_in address_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  must(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return address;
}

}  // namespace thread_sharing
