#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <thread>

#include "own_view.hpp"

namespace shirgate::wire {
namespace {

bool see_hosts_file(const std::string& text) {
  std::string path = "/tmp/shirgate-hosts-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file < 0) return false;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  const bool seen = written && ::unshare(CLONE_NEWNS) == 0 &&
                    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                    ::mount(path.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
  ::unlink(path.c_str());
  return seen;
}

/// One of the old interface requests, on whatever network this thread is in.
bool request(unsigned long what, ifreq& wanted) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool done = fd >= 0 && ::ioctl(fd, what, &wanted) == 0;
  if (fd >= 0) ::close(fd);
  return done;
}

bool bring_up(const char* name) {
  ifreq wanted{};
  std::strncpy(wanted.ifr_name, name, IFNAMSIZ - 1);
  wanted.ifr_flags = IFF_UP | IFF_RUNNING;
  return request(SIOCSIFFLAGS, wanted);
}

/// The kernel's way of being asked for a route: a header, then values behind each other.
struct RouteRequest {
  nlmsghdr header{};
  rtmsg route{};
  std::array<char, 64> values{};

  void add(unsigned short type, const void* value, std::size_t size) {
    auto* const at = reinterpret_cast<rtattr*>(reinterpret_cast<char*>(this) + NLMSG_ALIGN(header.nlmsg_len));
    at->rta_type = type;
    at->rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
    std::memcpy(RTA_DATA(at), value, size);
    header.nlmsg_len = static_cast<unsigned>(NLMSG_ALIGN(header.nlmsg_len) + RTA_ALIGN(at->rta_len));
  }
};

bool ask_kernel(const RouteRequest& wanted) {
  struct {
    nlmsghdr header;
    nlmsgerr error;
    std::array<char, 256> rest;
  } reply{};
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  const bool told = fd >= 0 && ::send(fd, &wanted, wanted.header.nlmsg_len, 0) > 0 &&
                    ::recv(fd, &reply, sizeof reply, 0) > 0 && reply.header.nlmsg_type == NLMSG_ERROR;
  if (fd >= 0) ::close(fd);
  return told && reply.error.error == 0;
}

Seen on_a_thread(const std::function<bool()>& prepare, const std::function<void()>& body) {
  Seen seen = Seen::as_it_is;
  std::thread thread([&] {
    if (!prepare()) return;
    seen = Seen::differently;
    body();
  });
  thread.join();
  return seen;
}

}  // namespace

Seen with_hosts_file(const std::string& text, const std::function<void()>& body) {
  return on_a_thread([&] { return see_hosts_file(text); }, body);
}

Seen with_own_network(const std::function<void()>& body) {
  return on_a_thread([] { return ::unshare(CLONE_NEWNET) == 0 && bring_up("lo"); }, body);
}

bool add_own_address(const std::string& address) {
  ifreq wanted{};
  std::strncpy(wanted.ifr_name, "lo:1", IFNAMSIZ - 1);
  sockaddr_in inet{};
  inet.sin_family = AF_INET;
  inet_pton(AF_INET, address.c_str(), &inet.sin_addr);
  std::memcpy(&wanted.ifr_addr, &inet, sizeof inet);
  return request(SIOCSIFADDR, wanted);
}

bool add_far_addresses() {
  RouteRequest wanted;
  wanted.header.nlmsg_len = NLMSG_LENGTH(sizeof(rtmsg));
  wanted.header.nlmsg_type = RTM_NEWROUTE;
  wanted.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
  wanted.route.rtm_family = AF_INET;
  wanted.route.rtm_dst_len = 24;
  wanted.route.rtm_table = RT_TABLE_LOCAL;
  wanted.route.rtm_protocol = RTPROT_STATIC;
  wanted.route.rtm_scope = RT_SCOPE_HOST;
  wanted.route.rtm_type = RTN_LOCAL;
  in_addr network{};
  in_addr source{};
  inet_pton(AF_INET, "20.60.0.0", &network);
  inet_pton(AF_INET, "127.0.0.1", &source);
  const unsigned loopback = if_nametoindex("lo");
  wanted.add(RTA_DST, &network, sizeof network);
  wanted.add(RTA_PREFSRC, &source, sizeof source);
  wanted.add(RTA_OIF, &loopback, sizeof loopback);
  return ask_kernel(wanted);
}

bool set_tcp_retries(int times) {
  std::ofstream file("/proc/sys/net/ipv4/tcp_retries2");
  file << times << std::flush;
  return file.good();
}

}  // namespace shirgate::wire
