// Both ends of every tunnel, clients and echo upstream, in one process on one plain epoll. They should cost as little
// as they can.
#pragma once
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sockets.hpp"
#include "variants.hpp"

namespace thread_sharing {

constexpr std::string_view connect_request =
    "CONNECT upstream.example:443 HTTP/1.1\r\nHost: upstream.example:443\r\n\r\n";

class Ends {
 public:
  using Clock = std::chrono::steady_clock;
  using milliseconds = std::chrono::milliseconds;

  Ends(int upstream_listener, const sockaddr_in& proxy) : listener_(upstream_listener), proxy_(proxy), peers_(4096) {
    watch(listener_, Kind::listener);
  }
  ~Ends() {
    for (int fd = 0; fd < int(peers_.size()); ++fd)
      if (peers_[fd].kind == Kind::client || peers_[fd].kind == Kind::upstream) drop(fd);
    close(epoll_);
  }
  void start_clients(int count, bool stay) {
    running_ = true, stay_ = stay;
    for (int i = 0; i < count; ++i) start_client();
  }
  void stop_clients() {
    running_ = false;
    for (int fd = 0; fd < int(peers_.size()); ++fd)
      if (peers_[fd].kind == Kind::client) drop(fd);
  }
  void run_for(milliseconds how_long) {
    for (auto until = Clock::now() + how_long; Clock::now() < until;) turn();
  }
  std::uint64_t tunnels = 0, failures = 0;
  std::vector<double> round_trips_us;

 private:
  enum class Kind { none, listener, client, upstream };
  enum class Stage { reply, first_echo, echo };
  struct Peer {
    Kind kind = Kind::none;
    Stage stage = Stage::reply;
    Clock::time_point sent{};
  };
  void watch(int fd, Kind kind) {
    peers_.at(fd) = {kind};
    epoll_event event{EPOLLIN, {.fd = fd}};
    must(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }
  void drop(int fd) {
    peers_[fd].kind = Kind::none;
    close(fd);
  }
  void start_client() {
    int fd = new_socket(0);
    reset_on_close(fd);
    must(connect_to(fd, proxy_), "connect");
    send(fd, connect_request.data(), connect_request.size(), MSG_NOSIGNAL);
    watch(fd, Kind::client);
  }
  void turn() {
    std::array<epoll_event, 256> events;
    int count = epoll_wait(epoll_, events.data(), int(events.size()), 10);
    for (int i = 0; i < count; ++i) {
      int fd = events[i].data.fd;
      if (peers_[fd].kind == Kind::listener)
        accept_upstream();
      else if (peers_[fd].kind == Kind::client)
        step_client(fd);
      else if (peers_[fd].kind == Kind::upstream)
        echo(fd);
    }
  }
  void accept_upstream() {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) watch(fd, Kind::upstream);
  }
  void echo(int fd) {
    char bytes[4096];
    ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0)
      send(fd, bytes, 1, MSG_NOSIGNAL);
    else if (got == 0 || errno != EAGAIN)
      drop(fd);
  }
  void step_client(int fd) {
    char bytes[512];
    ssize_t got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    Peer& peer = peers_[fd];
    bool expected =
        peer.stage == Stage::reply ? std::string_view(bytes, std::max<ssize_t>(got, 0)) == established_reply : got == 1;
    if (!expected)
      ++failures, again(fd);
    else if (peer.stage == Stage::reply)
      send_hello(fd, peer);
    else if (!stay_)
      ++tunnels, again(fd);
    else
      ping(fd, peer);
  }
  void again(int fd) {
    drop(fd);
    if (running_) start_client();
  }
  void send_hello(int fd, Peer& peer) {
    static const std::array<char, 302> hello{};
    peer.stage = Stage::first_echo;
    send(fd, hello.data(), hello.size(), MSG_NOSIGNAL);
  }
  void ping(int fd, Peer& peer) {
    auto now = Clock::now();
    if (peer.stage == Stage::echo)
      round_trips_us.push_back(std::chrono::duration<double, std::micro>(now - peer.sent).count());
    peer.stage = Stage::echo;
    peer.sent = Clock::now();
    send(fd, "p", 1, MSG_NOSIGNAL);
  }
  int epoll_ = must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  int listener_;
  sockaddr_in proxy_;
  std::vector<Peer> peers_;
  bool running_ = false, stay_ = false;
};

}  // namespace thread_sharing
