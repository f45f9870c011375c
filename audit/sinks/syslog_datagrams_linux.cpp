#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "audit/sinks/peer_address.hpp"
#include "audit/sinks/syslog_datagrams.hpp"

namespace shirgate {
namespace {

/// A backlog must not flood the receiver's buffer, where it would be dropped: so many lines in each interval.
constexpr std::uint64_t max_burst = 32;
constexpr auto burst_interval = std::chrono::milliseconds(2);

}  // namespace

Checked<bool> SyslogDatagrams::connect(const std::function<bool()>& give_up) {
  sent_ = 0;
  const auto peer = find_peer(settings_.host, settings_.port, SOCK_DGRAM, give_up);
  if (peer.has_error()) return peer.error();
  int error = 0;
  for (const auto* at = peer->get(); at != nullptr; at = at->ai_next) {
    auto socket = std::make_unique<FileDescriptor>(::socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket->get() >= 0 && ::connect(socket->get(), at->ai_addr, at->ai_addrlen) == 0) {
      socket_ = std::move(socket);
      return true;
    }
    error = errno;
  }
  return complain(fmt::format("{} port {} can't be reached: {}", settings_.host, settings_.port, std::strerror(error)));
}

Checked<bool> SyslogDatagrams::send(const Shipment& shipment) {
  const auto now = std::chrono::steady_clock::now();
  if (now > burst_began_ + burst_interval) {
    burst_began_ = now;
    burst_ = 0;
  }
  if (burst_ == max_burst) return false;
  datagram_.clear();
  messages_.append_datagram(datagram_, shipment);
  const auto n = ::send(socket_->get(), datagram_.data(), datagram_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)) return false;
  if (n < 0) return complain(fmt::format("{} port {}: {}", settings_.host, settings_.port, std::strerror(errno)));
  ++burst_;
  ++sent_;
  return true;
}

Checked<std::uint64_t> SyslogDatagrams::confirmed(std::chrono::milliseconds) {
  if (burst_ == max_burst) std::this_thread::sleep_until(burst_began_ + burst_interval);
  int error = 0;
  socklen_t size = sizeof error;
  // A refusal arrives soon, and the next line perhaps late.
  if (::getsockopt(socket_->get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
    return complain(fmt::format("{} port {}: {}", settings_.host, settings_.port, std::strerror(error)));
  return sent_;
}

}  // namespace shirgate
