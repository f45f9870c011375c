#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "proxy/gate/listener.hpp"
#include "proxy/loop/sockaddr_linux.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {
namespace {

constexpr int backlog = 4096;

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool switch_on(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

std::string_view remedy_for(int error, ListenOptions options) {
  switch (error) {
    case EADDRINUSE: return "; something else listens there: 'ss -ltnp' says what";
    case EADDRNOTAVAIL: return "; it is not an address of this machine";
    case EACCES: return "; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EPERM: return options.catches ? "; interception = \"tproxy\" needs root or CAP_NET_ADMIN" : "";
    default: return "";
  }
}

}  // namespace

Listener::Listener(EventLoop& loop, int fd, Accepted accepted)
    : loop_(loop), descriptor_(loop.add(fd, Trigger::level)), accepted_(std::move(accepted)), spare_(open_spare()) {
  if (descriptor_ == nullptr) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  descriptor_->listener = this;
  loop_.on_tick([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) on_tick();
  });
}

Listener::~Listener() {
  loop_.close(descriptor_);
  if (spare_ >= 0) ::close(spare_);
}

void Listener::on_ready(Descriptor&) {
  for (int i = 0; i < batch; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int fd =
        ::accept4(descriptor_->fd(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      accepted_(fd, from_kernel(storage));
      continue;
    }
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return;
    // Errors of the one connection (ECONNABORTED and friends) must never end the loop; the next event comes back here.
    const bool out_of_descriptors = error == EMFILE || error == ENFILE;
    const bool out_of_memory = error == ENOMEM || error == ENOBUFS;
    if (out_of_memory || (out_of_descriptors && !spend_the_spare())) look_away();
    return;
  }
}

bool Listener::spend_the_spare() {
  if (spare_ < 0) spare_ = open_spare();
  if (spare_ < 0) return false;
  ::close(spare_);
  // Another thread may be quicker to take the place.
  const int fd = ::accept4(descriptor_->fd(), nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  spare_ = open_spare();
  return fd >= 0;
}

void Listener::look_away() {
  looking_away_ = true;
  loop_.want(*descriptor_, false, false);
}

void Listener::on_tick() {
  if (!looking_away_) return;
  looking_away_ = false;
  loop_.want(*descriptor_, true, false);
}

Checked<int> open_listener(const Endpoint& endpoint, ListenOptions options) {
  const auto address = to_kernel(endpoint);
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto transparent =
      endpoint.address.is_v4 ? std::pair(SOL_IP, IP_TRANSPARENT) : std::pair(SOL_IPV6, IPV6_TRANSPARENT);
  const bool listening = fd >= 0 && switch_on(fd, SOL_SOCKET, SO_REUSEADDR) &&
                         (!options.shared || switch_on(fd, SOL_SOCKET, SO_REUSEPORT)) &&
                         (!options.catches || switch_on(fd, transparent.first, transparent.second)) &&
                         ::bind(fd, address.get(), address.size) == 0 && ::listen(fd, backlog) == 0;
  if (listening) {
    tune_stream(fd);
    probe_when_silent(fd);
    return fd;
  }
  const int error = errno;
  if (fd >= 0) ::close(fd);
  return complain(
      fmt::format("can't listen on {}: {}{}", to_string(endpoint), std::strerror(error), remedy_for(error, options)));
}

}  // namespace shirgate
