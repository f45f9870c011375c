// A receiver of octet-counted syslog on loopback that can be slow, die with octets unread, and come back on its port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "certs/tls_leg.hpp"

namespace shirgate::test {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

inline std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

class SyslogServer {
 public:
  /// Port 0: one the kernel gives.
  explicit SyslogServer(std::uint16_t port = 0, std::optional<TlsServerContext> tls = {}) : tls_(std::move(tls)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const int small = 8192;
    ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    const auto address = loopback(port);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 8) != 0)
      throw std::runtime_error("can't listen");
    port_ = port_of(listener_);
    thread_ = std::thread([this] { run(); });
  }
  /// Closes at once; what is unread makes the kernel reset the connection.
  ~SyslogServer() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }
  SyslogServer(const SyslogServer&) = delete;
  SyslogServer& operator=(const SyslogServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::vector<std::string> messages() {
    const std::scoped_lock lock(mutex_);
    return messages_;
  }
  /// From now on it accepts and reads nothing.
  void stop_reading() { reads_ = false; }

 private:
  void run() {
    while (!stop_) {
      if (!readable(listener_)) continue;
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      serve(fd);
      ::close(fd);
    }
  }
  [[nodiscard]] static bool readable(int fd) {
    pollfd what{.fd = fd, .events = POLLIN};
    return ::poll(&what, 1, 10) > 0;
  }
  void serve(int fd) {
    std::string text;
    std::optional<TlsLeg> leg;
    if (tls_) leg = TlsLeg::server(*tls_);
    std::array<std::uint8_t, 65536> buffer;
    while (!stop_) {
      if (!reads_ || !readable(fd)) {
        if (!reads_) std::this_thread::yield();
        continue;
      }
      const auto n = ::recv(fd, buffer.data(), leg ? 16384 : buffer.size(), 0);
      if (n <= 0) return;
      const std::span got(buffer.data(), static_cast<std::size_t>(n));
      if (!leg) text.append(got.begin(), got.end());
      if (leg && !unwrap(fd, *leg, got, text)) return;
      take_messages(text);
    }
  }
  /// False once the connection is of no more use.
  [[nodiscard]] static bool unwrap(int fd, TlsLeg& leg, std::span<const std::uint8_t> got, std::string& text) {
    static_cast<void>(leg.feed(got));
    std::array<std::uint8_t, 16384> plain;
    if (leg.handshake() == Handshake::done)
      while (const auto size = leg.read(plain)) text.append(plain.begin(), plain.begin() + static_cast<long>(size));
    std::vector<std::uint8_t> out;
    leg.pull(out);
    static_cast<void>(::send(fd, out.data(), out.size(), MSG_NOSIGNAL));
    return !leg.failed();
  }
  void take_messages(std::string& text) {
    for (;;) {
      std::size_t size = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
      if (error != std::errc() || end == text.data() + text.size()) return;
      const auto head = static_cast<std::size_t>(end - text.data()) + 1;
      if (text.size() < head + size) return;
      const std::scoped_lock lock(mutex_);
      messages_.push_back(text.substr(head, size));
      text.erase(0, head + size);
    }
  }

  std::optional<TlsServerContext> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> messages_;
  std::atomic<bool> reads_{true};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace shirgate::test
