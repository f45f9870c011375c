// The part of a flow that goes through a pipe. One rule keeps it free of stalls and spinning: a pipe is filled only
// when it is empty, so EAGAIN of the filling side can only mean a socket with nothing to splice, and EAGAIN of the
// other a full one.
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "proxy/relay/flow.hpp"

namespace shirgate {
namespace {

/// Below this, moving pages costs more than copying them.
constexpr std::size_t small_read = std::size_t{16} * 1024;
constexpr std::uint8_t reads_to_demote = 3;

bool is_refusal(int error) { return error == EINVAL || error == ENOSYS || error == EPERM || error == EOPNOTSUPP; }

}  // namespace

/// False when the sink is broken. Asks for exactly what the pipe holds: for more, the kernel would hold the last bytes
/// back and wait for the rest.
bool Flow::drain_pipe(const Means& means) {
  while (pipe->held > 0 && to->writable) {
    const auto n =
        ::splice(pipe->read_end(), nullptr, to->fd(), nullptr, pipe->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0) {
      pipe->held -= static_cast<std::size_t>(n);
      bytes += static_cast<std::uint64_t>(n);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) return false;
    to->writable = false;
  }
  if (pipe->held == 0) means.pipes.take_back(std::move(pipe));
  return true;
}

Moved Flow::splice(const Means& means) {
  pipe = means.pipes.lend(means.now);
  if (!pipe) return copy(means);
  const auto n =
      ::splice(from->fd(), nullptr, pipe->write_end(), nullptr, pipe->capacity(), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  const int error = n < 0 ? errno : 0;
  if (n > 0) {
    pipe->held = static_cast<std::size_t>(n);
    note_spliced(pipe->held, means);
    return drain_pipe(means) ? Moved::some : broke(Moved::sink_broke, errno);
  }
  means.pipes.take_back(std::move(pipe));
  if (n == 0) return copy(means);  // the end of the stream
  if (error == EINTR) return Moved::some;
  if (error == EAGAIN) {
    // Urgent data in the way looks like an empty socket; only recv steps over it.
    if (from->thorough) return copy(means);
    from->readable = false;
    return Moved::idle;
  }
  if (!is_refusal(error)) return broke(Moved::source_broke, error);
  bulk = may_splice = false;
  ++means.counters.demoted_refused;
  return copy(means);
}

void Flow::note_spliced(std::size_t size, const Means& means) {
  means.counters.spliced_bytes += size;
  spliced = true;
  streak = size < small_read ? static_cast<std::uint8_t>(streak + 1) : std::uint8_t{0};
  if (streak < reads_to_demote || means.mode == RelayMode::splice) return;
  streak = 0;
  bulk = false;
  ++means.counters.demoted_small;
}

}  // namespace shirgate
