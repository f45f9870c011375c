#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
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

}  // namespace shirgate::wire
