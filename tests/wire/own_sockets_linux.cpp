#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "own_sockets.hpp"

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer's own; GCC comes without its header.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace shirgate::wire {
namespace {

using NameOf = int (*)(int, sockaddr*, socklen_t*);

/// The address that getsockname or getpeername tells; port 0 for what is no TCP over IPv4.
sockaddr_in told_by(NameOf name_of, int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (name_of(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return {};
  return address;
}

bool same(const sockaddr_in& left, const sockaddr_in& right) {
  return left.sin_port != 0 && left.sin_port == right.sin_port && left.sin_addr.s_addr == right.sin_addr.s_addr;
}

std::vector<int> descriptors() {
  std::vector<int> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const auto name = entry.path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    all.push_back(fd);
  }
  return all;
}

int number_from(int fd, unsigned long request) {
  int number = -1;
  return ::ioctl(fd, request, &number) == 0 ? number : -1;
}

}  // namespace

int other_end_of(const Peer& peer) {
  const auto here = told_by(&::getsockname, peer.fd());
  const auto there = told_by(&::getpeername, peer.fd());
  for (const int fd : descriptors()) {
    if (same(told_by(&::getpeername, fd), here) && same(told_by(&::getsockname, fd), there)) return fd;
  }
  return -1;
}

int epoll_of(int fd) {
  for (const int epoll : descriptors()) {
    // One line for each that it watches: "tfd:        9 events: ...".
    std::ifstream file("/proc/self/fdinfo/" + std::to_string(epoll));
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("tfd:") && std::strtol(line.c_str() + 4, nullptr, 10) == fd) return epoll;
  }
  return -1;
}

bool is_all_read(const Peer& peer) {
  const int other = other_end_of(peer);
  return other < 0 || (number_from(peer.fd(), SIOCOUTQ) == 0 && number_from(other, FIONREAD) <= 0);
}

bool is_connecting() {
  for (const int fd : descriptors()) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_SYN_SENT) return true;
  }
  return false;
}

bool cut_off(const Peer& peer) {
  sock_filter keep_nothing = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog filter{1, &keep_nothing};
  return ::setsockopt(peer.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

int option_of(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

std::size_t open_descriptors() { return descriptors().size(); }

std::size_t memory_in_use() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
#endif
}

}  // namespace shirgate::wire
