// Bytes per second through a few tunnels, after a warm-up.
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "commands.hpp"
#include "figures.hpp"
#include "opening.hpp"

namespace load {
namespace {

enum class Direction { up, down };

constexpr double warm_up_s = 0.3;

struct Count {
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::uint64_t> broken = 0;
};

/// The tunnels of one thread, until `stop`.
class Pump {
 public:
  Pump(Direction direction, std::span<const int> tunnels) : direction_(direction) {
    for (const int fd : tunnels) poller_.add(fd, direction == Direction::up ? EPOLLOUT : EPOLLIN);
  }
  void run(Count& count, const std::atomic<bool>& stop) {
    while (!stop) {
      for (const auto& event : poller_.wait(50)) {
        const int fd = int(event.data.u64);
        const ssize_t moved =
            direction_ == Direction::up ? send_from(source_file_, offset_, fd, source_file_bytes) : discard(fd);
        if (moved > 0) {
          count.bytes.fetch_add(std::uint64_t(moved), std::memory_order_relaxed);
        } else if (moved == 0 || errno != EAGAIN) {
          ++count.broken;
          close(fd);
        }
      }
    }
  }

 private:
  Direction direction_;
  Poller poller_;
  int source_file_ = make_source_file();
  off_t offset_ = 0;
};

struct Measured {
  double seconds = 0;
  std::uint64_t bytes = 0, all_bytes = 0, broken = 0;
};

Measured pump_for(double seconds, Direction direction, const std::vector<int>& tunnels, std::size_t thread_count) {
  std::vector<Count> counts(thread_count);
  const auto total = [&] {
    std::uint64_t sum = 0;
    for (const auto& count : counts) sum += count.bytes;
    return sum;
  };
  std::atomic<bool> stop = false;
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < thread_count; ++t) {
    const std::size_t begin = t * tunnels.size() / thread_count, end = (t + 1) * tunnels.size() / thread_count;
    threads.emplace_back(
        [&, t, begin, end] { Pump(direction, std::span(tunnels).subspan(begin, end - begin)).run(counts[t], stop); });
  }
  Measured measured;
  std::this_thread::sleep_for(std::chrono::duration<double>(warm_up_s));
  const auto before = total();
  const auto begin = Clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  measured.bytes = total() - before;
  measured.seconds = seconds_since(begin);
  stop = true;
  threads.clear();
  measured.all_bytes = total();
  for (const auto& count : counts) measured.broken += count.broken;
  return measured;
}

}  // namespace

int run_bulk(Options& options) {
  const Routes routes(options);
  const auto direction = options.text("direction", "up") == "up" ? Direction::up : Direction::down;
  const auto count = std::size_t(options.number("tunnels", 1));
  const double seconds = options.number("seconds", 3);
  const auto threads = std::max<std::size_t>(1, std::min(count, std::size_t(options.number("threads", 2))));
  options.refuse_unknown();

  Failures failures;
  const auto tunnels = open_tunnels(routes, count, count, failures);
  Measured measured;
  if (tunnels.size() == count) measured = pump_for(seconds, direction, tunnels, threads);
  for (std::uint64_t i = 0; i < measured.broken; ++i) failures.add("a tunnel broke under way");
  Object()
      .add("bytes_per_s", measured.seconds > 0 ? double(measured.bytes) / measured.seconds : 0)
      .add("seconds", measured.seconds)
      .add("all_bytes", double(measured.all_bytes))
      .add("tunnels", double(tunnels.size()))
      .add(failures)
      .print();
  return failures.count == 0 ? 0 : 1;
}

}  // namespace load
