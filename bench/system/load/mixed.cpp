// What an integration runtime does to its proxy, all at once: relay channels that are quiet but for a small message now
// and then, bursts of parallel uploads in blocks, and short calls to the control plane.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>

#include "commands.hpp"
#include "figures.hpp"
#include "opening.hpp"

namespace load {
namespace {

constexpr std::size_t block_bytes = 4 << 20;
constexpr std::size_t ping_bytes = 64;
constexpr auto between_pings = std::chrono::milliseconds(2);
constexpr auto between_calls = std::chrono::milliseconds(50);
constexpr auto between_bursts = std::chrono::milliseconds(100);
constexpr int wait_limit_s = 5;

/// What one thread did. Each of the three threads has its own.
struct Work {
  std::vector<double> times_us;
  double bytes = 0, seconds = 0;
  Failures failures;
};

void block_for_answers(int fd) {
  must(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), "fcntl");
  const timeval limit{wait_limit_s, 0};
  must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "SO_RCVTIMEO");
  must(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), "SO_SNDTIMEO");
}

bool exchange(int fd, std::size_t size) {
  std::string bytes(size, 'x');
  return send(fd, bytes.data(), size, MSG_NOSIGNAL) == ssize_t(size) &&
         recv(fd, bytes.data(), size, MSG_WAITALL) == ssize_t(size);
}

/// One ping at a time, on one tunnel after the other.
void ping_in_turn(const std::vector<int>& tunnels, Clock::time_point end, Work& work) {
  for (const int fd : tunnels) block_for_answers(fd);
  for (std::size_t i = 0; !tunnels.empty() && Clock::now() < end; ++i) {
    const auto begin = Clock::now();
    if (exchange(tunnels[i % tunnels.size()], ping_bytes)) {
      work.times_us.push_back(seconds_since(begin) * 1e6);
    } else {
      work.failures.add("a ping was not answered");
    }
    std::this_thread::sleep_until(begin + between_pings);
  }
}

void call_in_turn(const Routes& routes, Clock::time_point end, Work& work) {
  while (Clock::now() < end) {
    const auto begin = Clock::now();
    for (const int fd : open_tunnels(routes, 1, 1, work.failures)) {
      block_for_answers(fd);
      if (exchange(fd, 512))
        work.times_us.push_back(seconds_since(begin) * 1e6);
      else
        work.failures.add("a call was not answered");
      close(fd);
    }
    std::this_thread::sleep_until(begin + between_calls);
  }
}

struct Upload {
  int fd;
  std::size_t left, blocks_unanswered;
  off_t offset = 0;
};

/// Sends what fits. False when the tunnel broke.
bool send_some(Upload& upload, int source_file) {
  while (upload.left > 0) {
    const ssize_t sent = send_from(source_file, upload.offset, upload.fd, upload.left);
    if (sent < 0) return errno == EAGAIN;
    upload.left -= std::size_t(sent);
  }
  return true;
}

/// True while it goes well.
bool step(Upload& upload, std::uint32_t events, int source_file) {
  if ((events & EPOLLIN) != 0) {
    const ssize_t got = discard(upload.fd);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    if (got > 0) upload.blocks_unanswered -= std::min(std::size_t(got), upload.blocks_unanswered);
  }
  return send_some(upload, source_file);
}

/// One burst: so many new tunnels at once, so many blocks in each, until the far end has answered them all.
void burst(const Routes& routes, std::size_t parallel, std::size_t blocks, int source_file, Work& work) {
  const auto begin = Clock::now();
  const auto deadline = after(wait_limit_s);
  Poller poller;
  std::vector<Upload> uploads;
  for (const int fd : open_tunnels(routes, parallel, parallel, work.failures))
    uploads.push_back({fd, blocks * block_bytes, blocks});
  for (std::size_t i = 0; i < uploads.size(); ++i) poller.add(uploads[i].fd, EPOLLIN | EPOLLOUT | EPOLLET, i);
  std::size_t running = uploads.size();
  while (running > 0 && Clock::now() < deadline) {
    for (const auto& event : poller.wait(100)) {
      Upload& upload = uploads[event.data.u64];
      if (upload.fd < 0) continue;
      const bool well = step(upload, event.events, source_file);
      if (well && upload.blocks_unanswered > 0) continue;
      if (!well) work.failures.add("an upload broke");
      work.bytes += double(blocks * block_bytes - upload.left);
      close(std::exchange(upload.fd, -1));
      --running;
    }
  }
  work.seconds += seconds_since(begin);
  for (const auto& upload : uploads) {
    if (upload.fd < 0) continue;
    work.failures.add("an upload was late");
    close(upload.fd);
  }
}

void burst_in_turn(const Routes& routes, std::size_t parallel, std::size_t blocks, Clock::time_point end, Work& work) {
  const int source_file = make_source_file();
  while (Clock::now() < end) {
    burst(routes, parallel, blocks, source_file, work);
    std::this_thread::sleep_for(between_bursts);
  }
  close(source_file);
}

/// The uploads lead elsewhere than the rest, by options of their own.
Routes bulk_routes(Options& options) {
  std::vector<std::string> words{"--via",   options.text("bulk-via", ""), "--targets", options.text("bulk-targets", ""),
                                 "--blind", options.text("blind", "no"),  "--from",    options.text("from", ""),
                                 "--hello", options.text("hello", "")};
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  Options own(int(pointers.size()), pointers.data());
  return Routes(own);
}

}  // namespace

int run_mixed(Options& options) {
  const Routes routes(options);
  const Routes uploads_to = bulk_routes(options);
  const auto idle = std::size_t(options.number("idle", 200));
  const auto parallel = std::size_t(options.number("parallel", 8));
  const auto blocks = std::size_t(options.number("blocks", 4));
  const double seconds = options.number("seconds", 5);
  options.refuse_unknown();

  Work pings, calls, bursts;
  const auto tunnels = open_tunnels(routes, idle, 16, pings.failures);
  const auto end = after(seconds);
  {
    std::jthread pinging([&] { ping_in_turn(tunnels, end, pings); });
    std::jthread calling([&] { call_in_turn(routes, end, calls); });
    burst_in_turn(uploads_to, parallel, blocks, end, bursts);
  }
  for (const Work* work : {&pings, &calls})
    for (std::uint64_t i = 0; i < work->failures.count; ++i) bursts.failures.add(work->failures.first);
  Object()
      .add("burst_bytes_per_s", bursts.seconds > 0 ? bursts.bytes / bursts.seconds : 0)
      .add("burst_bytes", bursts.bytes)
      .add_spread("ping", pings.times_us)
      .add_spread("call", calls.times_us)
      .add(bursts.failures)
      .print();
  return bursts.failures.count == 0 ? 0 : 1;
}

}  // namespace load
