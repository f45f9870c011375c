// A listener for tests that connect.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

#include "proxy/loop/sockaddr_linux.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate::test {

/// A loopback TCP listener; port 0 is the kernel's choice.
class TcpListener {
 public:
  explicit TcpListener(std::string_view address, std::uint16_t port = 0, int backlog = 4)
      : fd_(::socket(address.find(':') == std::string_view::npos ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto place = to_kernel({*parse_address(address), port});
    EXPECT_EQ(::bind(fd_, place.get(), place.size), 0);
    EXPECT_EQ(::listen(fd_, backlog), 0);
  }
  ~TcpListener() { ::close(fd_); }
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;
  [[nodiscard]] Endpoint endpoint() const { return local_endpoint(fd_); }
  [[nodiscard]] int accept() const { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); }

 private:
  int fd_;
};

}  // namespace shirgate::test
