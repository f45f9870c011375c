// The ways to share a thread under comparison, and the little of a session that they have in common.
#pragma once
#include <chrono>
#include <string_view>

#include "event_loop.hpp"

namespace thread_sharing {

// Each serves `listener` on the calling thread until the process ends.
void run_nested(int listener, const sockaddr_in& target);
void run_poll_1ms(int listener, const sockaddr_in& target);
void run_poll_spin(int listener, const sockaddr_in& target);
void run_thread(int listener, const sockaddr_in& target);
void run_one_loop(int listener, const sockaddr_in& target);
void run_raw(int listener, const sockaddr_in& target);

constexpr std::string_view established_reply = "HTTP/1.1 200 Connection established\r\n\r\n";
constexpr std::chrono::milliseconds tick{100};

/// The request head, and after it the first flight.
struct Head {
  std::array<char, 512> bytes;
  std::size_t used = 0;
  std::span<char> room() { return std::span(bytes).subspan(used); }
  bool complete() const { return std::string_view(bytes.data(), used).ends_with("\r\n\r\n"); }
};

/// Starts a connect. The descriptor must go into the epoll after it: an unconnected socket reports a hang-up.
inline bool start_dial(Descriptor& upstream, const sockaddr_in& target) {
  upstream.fd = new_socket(SOCK_NONBLOCK);
  upstream.may_read = upstream.may_write = false;
  return connect_to(upstream.fd, target) == 0 || errno == EINPROGRESS;
}

inline bool connected(const Descriptor& upstream) {
  int problem = 0;
  socklen_t size = sizeof problem;
  return getsockopt(upstream.fd, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

}  // namespace thread_sharing
