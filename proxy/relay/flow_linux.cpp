#include "proxy/relay/flow.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace shirgate {
namespace {

constexpr std::uint8_t reads_to_promote = 3;

}  // namespace

bool Flow::send_now(std::string_view waiting, std::size_t& sent) {
  sent = 0;
  while (sent < waiting.size() && to->writable) {
    const auto n = ::send(to->fd(), waiting.data() + sent, waiting.size() - sent, MSG_NOSIGNAL);
    if (n >= 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    to->writable = false;
  }
  bytes += sent;
  return true;
}

bool Flow::send_stuck(const Means& means) {
  std::size_t sent = 0;
  if (!send_now(stuck.bytes(), sent)) return false;
  stuck.drop(sent, means.stuck);
  return true;
}

void Flow::pass_on_end() {
  if (!finished || passed_on || !stuck.empty() || pipe) return;
  ::shutdown(to->fd(), SHUT_WR);
  passed_on = true;
}

Moved Flow::move(const Means& means) {
  const auto before = bytes;
  if (!stuck.empty() && !send_stuck(means)) return broke(Moved::sink_broke, errno);
  if (pipe && !drain_pipe(means)) return broke(Moved::sink_broke, errno);
  const bool waits = !stuck.empty() || pipe;
  // A sink that is known to be full is not read for: what it would not take had to be kept.
  if (!waits && !finished && from->readable && to->writable) return bulk ? splice(means) : copy(means);
  pass_on_end();
  return bytes != before ? Moved::some : Moved::idle;
}

Moved Flow::copy(const Means& means) {
  const auto n = ::recv(from->fd(), means.bounce.data(), means.bounce.size(), 0);
  if (n < 0) {
    if (errno == EINTR) return Moved::some;
    if (errno != EAGAIN) return broke(Moved::source_broke, errno);
    from->readable = false;
    return Moved::idle;
  }
  if (n == 0) {
    finished = true;
    pass_on_end();
    return Moved::some;
  }
  const auto size = static_cast<std::size_t>(n);
  from->note_read(size, means.bounce.size());
  std::size_t sent = 0;
  if (!send_now({means.bounce.data(), size}, sent)) return broke(Moved::sink_broke, errno);
  stuck.keep({means.bounce.data() + sent, size - sent}, means.stuck);
  note_copied(size, means);
  return Moved::some;
}

void Flow::note_copied(std::size_t size, const Means& means) {
  means.counters.copied_bytes += size;
  if (bulk || !may_splice || means.mode == RelayMode::copy) return;
  streak = size == means.bounce.size() ? static_cast<std::uint8_t>(streak + 1) : std::uint8_t{0};
  if (streak < reads_to_promote) return;
  streak = 0;
  bulk = true;
  ++means.counters.promoted;
}

void Flow::demote_quiet(RelayCounters& counters) {
  if (!bulk) return;
  bulk = false;
  streak = 0;
  ++counters.demoted_quiet;
}

void Flow::abandon(PipePool& pipes) {
  if (pipe) pipes.take_back(std::move(pipe));
}

}  // namespace shirgate
