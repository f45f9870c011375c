// A wire with a delay, for kernels without netem: two TUN devices, opened by the parent in network namespaces of its
// choice, and every packet kept back for a while.
#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <vector>

#include "commands.hpp"
#include "figures.hpp"
#include "opening.hpp"

namespace load {
namespace {

constexpr std::size_t packets_at_once = 64;

class SlowWire {
 public:
  SlowWire(std::array<int, 2> devices, double delay_s) : devices_(devices), delay_s_(delay_s) {
    for (const int device : devices_) {
      must(fcntl(device, F_SETFL, fcntl(device, F_GETFL) | O_NONBLOCK), "fcntl of a TUN device");
      poller_.add(device, EPOLLIN);
    }
    poller_.add(timer_, EPOLLIN);
    poller_.add(STDIN_FILENO, EPOLLIN);
  }
  ~SlowWire() { close(timer_); }
  /// Until stdin closes.
  void run() {
    for (;;) {
      for (const auto& event : poller_.wait(1000)) {
        const int fd = int(event.data.u64);
        if (fd == STDIN_FILENO) return;
        if (fd == timer_)
          rewind();
        else
          take(fd);
      }
      deliver();
    }
  }
  std::uint64_t packets = 0, dropped = 0;

 private:
  struct Packet {
    Clock::time_point due;
    int to;
    std::vector<char> bytes;
  };
  void take(int device) {
    const int other = device == devices_[0] ? devices_[1] : devices_[0];
    std::array<char, 2048> bytes;
    for (std::size_t i = 0; i < packets_at_once; ++i) {
      const ssize_t got = read(device, bytes.data(), bytes.size());
      if (got <= 0) return;
      under_way_.push_back({after(delay_s_), other, {bytes.data(), bytes.data() + got}});
    }
  }
  /// All are kept back equally long, so the first that came is the first to go.
  void deliver() {
    for (; !under_way_.empty() && under_way_.front().due <= Clock::now(); under_way_.pop_front()) {
      const auto& packet = under_way_.front();
      ++packets;
      if (write(packet.to, packet.bytes.data(), packet.bytes.size()) < 0) ++dropped;
    }
    if (!under_way_.empty()) wake_at(under_way_.front().due);
  }
  void rewind() const {
    std::uint64_t expirations = 0;
    if (read(timer_, &expirations, sizeof expirations) < 0) return;  // it was set anew meanwhile
  }
  void wake_at(Clock::time_point due) const {
    const auto since_boot = std::chrono::duration_cast<std::chrono::nanoseconds>(due.time_since_epoch()).count();
    const itimerspec when{{0, 0}, {since_boot / 1'000'000'000, since_boot % 1'000'000'000}};
    must(timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr), "timerfd_settime");
  }

  std::array<int, 2> devices_;
  double delay_s_;
  int timer_ = must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create");
  Poller poller_;
  std::deque<Packet> under_way_;
};

}  // namespace

int run_delay(Options& options) {
  const std::array devices{int(options.number("near-fd", -1)), int(options.number("far-fd", -1))};
  const double delay_s = options.number("milliseconds", 10) / 1e3;
  options.refuse_unknown();
  SlowWire wire(devices, delay_s);
  wire.run();
  Object().add("packets", double(wire.packets)).add("dropped", double(wire.dropped)).print();
  return 0;
}

}  // namespace load
