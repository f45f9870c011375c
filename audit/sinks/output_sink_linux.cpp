#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "audit/sinks/output_sink.hpp"

namespace shirgate {

Checked<bool> OutputSink::connect(const std::function<bool()>&) {
  sent_ = 0;
  const auto written = write_rest();
  if (written.has_error()) return written.error();
  is_broken_ = false;
  return true;
}

Checked<bool> OutputSink::send(const Shipment& shipment) {
  const auto written = write_rest();
  if (written.has_error()) return written.error();
  if (!rest_.empty()) return false;
  rest_.assign(shipment.text);
  rest_.push_back('\n');
  ++sent_;
  const auto begun = write_rest();
  if (begun.has_error()) return begun.error();
  return true;
}

Checked<bool> OutputSink::write_rest() {
  std::size_t done = 0;
  while (done < rest_.size()) {
    pollfd room{.fd = fd_, .events = POLLOUT};
    if (::poll(&room, 1, 0) == 0) break;
    // A pipe that has room has room for PIPE_BUF bytes, so this does not block.
    const auto n = ::write(fd_, rest_.data() + done, std::min<std::size_t>(rest_.size() - done, PIPE_BUF));
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n >= 0 || errno == EINTR) continue;
    if (errno == EAGAIN) break;
    const int error = errno;
    rest_.erase(0, done);
    is_broken_ = true;
    return complain(fmt::format("standard output can't be written: {}", std::strerror(error)));
  }
  rest_.erase(0, done);
  return true;
}

Checked<std::uint64_t> OutputSink::confirmed(std::chrono::milliseconds wait) {
  if (!rest_.empty()) {
    pollfd room{.fd = fd_, .events = POLLOUT};
    static_cast<void>(::poll(&room, 1, static_cast<int>(wait.count())));
    const auto written = write_rest();
    if (written.has_error()) return written.error();
  }
  return sent_ - (rest_.empty() ? 0 : 1);
}

}  // namespace shirgate
