#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "audit/sinks/peer_address.hpp"
#include "audit/sinks/syslog_stream.hpp"

namespace shirgate {
namespace {

using std::chrono::milliseconds;

constexpr auto connect_timeout = std::chrono::seconds(10);
constexpr auto slice = milliseconds(50);
constexpr auto settling_time = std::chrono::seconds(2);
constexpr auto history_interval = milliseconds(50);
/// Not yet with the kernel.
constexpr std::size_t max_queued_bytes = std::size_t{256} * 1024;
/// Of 16 KiB, in one go: a peer that talks without end must not keep us from all else.
constexpr int max_reads = 16;
/// So long may a peer be silent before its connection counts as lost.
constexpr auto silence_limit = std::chrono::seconds(30);

void set(int fd, int level, int option, int value) {
  static_cast<void>(::setsockopt(fd, level, option, &value, sizeof value));
}

/// A peer that is gone without a word must be noticed: with octets on their way by their timeout, else by keepalive.
void watch_over(int fd) {
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(milliseconds(silence_limit).count()));
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

}  // namespace

SyslogStream::SyslogStream(const SinkSettings& settings, std::optional<TlsClientContext> tls)
    : settings_(settings), messages_(settings.facility), tls_(std::move(tls)) {}

Complaint SyslogStream::broken(std::string_view what, int error) const {
  return complain(fmt::format("{} port {} {}{}{}", settings_.host, settings_.port, what, error == 0 ? "" : ": ",
                              error == 0 ? "" : std::strerror(error)));
}

bool SyslogStream::wait_for(short events, milliseconds time) const {
  pollfd what{.fd = socket_->get(), .events = events};
  return ::poll(&what, 1, static_cast<int>(time.count())) > 0;
}

Checked<bool> SyslogStream::connect(const std::function<bool()>& give_up) {
  disconnect();
  const auto until = Clock::now() + connect_timeout;
  const auto late = [&] { return give_up() || Clock::now() > until; };
  if (const auto dialled = dial(until, late); dialled.has_error()) return dialled.error();
  if (!tls_) return true;
  auto shaken = shake_hands(late);
  if (shaken.has_error()) disconnect();
  return shaken;
}

Checked<bool> SyslogStream::dial(Clock::time_point until, const std::function<bool()>& give_up) {
  const auto peer = find_peer(settings_.host, settings_.port, SOCK_STREAM, give_up);
  if (peer.has_error()) return peer.error();
  int error = ETIMEDOUT;
  int left = 0;
  for (const auto* at = peer->get(); at != nullptr; at = at->ai_next) ++left;
  for (const auto* at = peer->get(); at != nullptr && !give_up(); at = at->ai_next) {
    const auto next_at = Clock::now() + (until - Clock::now()) / left--;
    socket_ = std::make_unique<FileDescriptor>(
        ::socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    const auto fd = socket_->get();
    if (fd >= 0) watch_over(fd);
    bool under_way = fd >= 0 && ::connect(fd, at->ai_addr, at->ai_addrlen) == 0;
    error = under_way ? 0 : errno;
    while (error == EINPROGRESS && Clock::now() < next_at && !give_up()) {
      if (!wait_for(POLLOUT, slice)) continue;
      socklen_t size = sizeof error;
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) return true;
    socket_.reset();
  }
  return broken("can't be reached", error == EINPROGRESS ? ETIMEDOUT : error);
}

Checked<bool> SyslogStream::shake_hands(const std::function<bool()>& give_up) {
  leg_.emplace(TlsLeg::client(*tls_, settings_.tls_name.empty() ? settings_.host : settings_.tls_name));
  for (;;) {
    const auto state = leg_->handshake();
    leg_->pull(out_);
    const auto flushed = flush();
    if (state == Handshake::failed) return broken(leg_->failure(), 0);
    if (flushed.has_error()) return flushed.error();
    if (state == Handshake::done) return true;
    do
      if (give_up()) return broken("does not finish the TLS handshake", 0);
    while (!wait_for(POLLIN, slice));
    const auto open = read();
    if (open.has_error()) return open.error();
    if (!*open) return broken("closed during the TLS handshake", 0);
  }
}

Checked<bool> SyslogStream::send(const Shipment& shipment) {
  if (out_.size() - out_begin_ > max_queued_bytes) return false;
  message_.clear();
  messages_.append(message_, shipment);
  const auto frame = fmt::format("{} {}", message_.size(), message_);
  if (leg_) {
    // A leg's queue takes any message whole where it takes its first octet: it is emptied after each.
    if (leg_->write(frame) != frame.size()) return broken(leg_->failed() ? leg_->failure() : "takes no more", 0);
    leg_->pull(out_);
  } else {
    out_.insert(out_.end(), frame.begin(), frame.end());
  }
  line_ends_.push_back(written_ + out_.size() - out_begin_);
  const auto flushed = flush();
  if (flushed.has_error()) return flushed.error();
  return true;
}

Checked<bool> SyslogStream::flush() {
  while (out_begin_ < out_.size()) {
    const auto n = ::send(socket_->get(), out_.data() + out_begin_, out_.size() - out_begin_, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return broken("broke the connection", errno);
    out_begin_ += static_cast<std::size_t>(n);
    written_ += static_cast<std::uint64_t>(n);
  }
  const bool through = out_begin_ == out_.size();
  if (through || out_begin_ > max_queued_bytes) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(out_begin_));
    out_begin_ = 0;
  }
  if (through && finishing_ && !std::exchange(is_shut_, true)) ::shutdown(socket_->get(), SHUT_WR);
  return true;
}

Checked<bool> SyslogStream::read() {
  std::array<std::uint8_t, 16384> buffer;
  for (int i = 0; i < max_reads; ++i) {
    const auto n = ::recv(socket_->get(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return broken("broke the connection", errno);
    if (n == 0) return false;
    if (!leg_) continue;
    // What OpenSSL does not take at once it takes after it was asked to go on; it never holds more than was read here.
    static_cast<void>(leg_->feed({buffer.data(), static_cast<std::size_t>(n)}));
    if (leg_->handshake() == Handshake::done) {
      std::array<std::uint8_t, 4096> plain;
      while (leg_->read(plain) > 0) {
      }
    }
    leg_->pull(out_);
    if (!leg_->failed()) continue;
    static_cast<void>(flush());  // the alert that tells the peer
    return broken(leg_->failure(), 0);
  }
  return !leg_ || !leg_->peer_closed() || finishing_;
}

std::uint64_t SyslogStream::acknowledged() const {
  int unacknowledged = 0;
  if (::ioctl(socket_->get(), SIOCOUTQ, &unacknowledged) != 0) return 0;
  const auto open = static_cast<std::uint64_t>(unacknowledged);
  return written_ - std::min(written_, open);
}

Checked<std::uint64_t> SyslogStream::confirmed(milliseconds wait) {
  const bool more = out_begin_ < out_.size();
  static_cast<void>(wait_for(static_cast<short>(POLLIN | (more ? POLLOUT : 0)), wait));
  // Before it is known that the connection still stands, nothing counts.
  const auto open = read();
  if (open.has_error()) return open.error();
  const auto flushed = flush();
  if (flushed.has_error()) return flushed.error();
  if (!*open && !finishing_) return broken("closed the connection", 0);

  const auto now = Clock::now();
  const auto arrived = acknowledged();
  if (history_.empty() || now > history_.back().at + history_interval) history_.push_back({now, arrived});
  std::uint64_t settled = 0;
  while (!history_.empty() && history_.front().at + settling_time <= now) {
    settled = history_.front().octets;
    history_.pop_front();
  }
  // It has read to our end and closed behind that.
  if (!*open && is_shut_ && arrived == written_) settled = written_;
  while (!line_ends_.empty() && line_ends_.front() <= settled) {
    line_ends_.pop_front();
    ++confirmed_;
  }
  if (!*open && !line_ends_.empty()) return broken("closed the connection", 0);
  return confirmed_;
}

void SyslogStream::finish() {
  finishing_ = true;
  if (leg_) {
    leg_->shutdown();
    leg_->pull(out_);
  }
  // An error shows itself in confirmed().
  static_cast<void>(flush());
}

void SyslogStream::disconnect() {
  socket_.reset();
  leg_.reset();
  out_.clear();
  out_begin_ = 0;
  written_ = confirmed_ = 0;
  line_ends_.clear();
  history_.clear();
  finishing_ = is_shut_ = false;
}

}  // namespace shirgate
