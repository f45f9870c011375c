// How should Asio coroutines (the sessions) and the relay engine (its own edge-triggered epoll) share a worker thread?
//
// One minimal blind CONNECT relay, built in several ways that differ in nothing but that. All relay with the same
// Tunnel and Poller.
//   nested     Asio sockets; after set-up the fds are released into the engine's epoll, whose own fd Asio watches
//   poll_1ms   Asio sockets; the thread alternates the engine's epoll_wait (at most 1 ms) with io_context.poll()
//   poll_spin  the same, but the engine does not wait while any session is being set up
//   thread     Asio sockets; a second thread runs the engine and takes the released fds through an eventfd inbox
//   one_loop   sockets Asio never sees: coroutines wait in the descriptor, one epoll serves sessions and relay
//   raw        no coroutine, a state machine on one epoll: the floor the others are compared with
//
// Build: g++ -std=c++20 -O2 -DNDEBUG -o /tmp/thread_sharing bench/system/thread_sharing/*.cpp -pthread
// Run:   /tmp/thread_sharing [--rounds 9] [--workers 1] [--pin none|split|same] [--tunnel-ms 700] [--rtt-ms 250]
//
// --pin split: ends on CPU 0, proxy on CPU 1. --pin same: everything on CPU 0, so that a round trip is path length, not
// wake-ups. The variants take turns round by round, so load from elsewhere falls on all of them; only ratios within a
// round mean something. One process is both ends (32 clients and the echo upstream), a fresh fork per variant and round
// is the proxy. Loopback only. Clients close with RST and the relay passes a reset on as a reset, so no TIME_WAIT piles
// up and ephemeral ports do not run out.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ends.hpp"
#include "variants.hpp"

using namespace thread_sharing;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

namespace {

constexpr int client_count = 32;

struct Variant {
  const char* name;
  void (*worker)(int listener, const sockaddr_in& target);
};
constexpr std::array variants{
    Variant{"nested", run_nested}, Variant{"poll_1ms", run_poll_1ms}, Variant{"poll_spin", run_poll_spin},
    Variant{"thread", run_thread}, Variant{"one_loop", run_one_loop}, Variant{"raw", run_raw},
};
constexpr std::size_t floor_variant = variants.size() - 1;

enum class Pin { none, split, same };

struct Settings {
  int rounds = 9, workers = 1, tunnel_ms = 700, rtt_ms = 250;
  Pin pin = Pin::none;
};

struct Sample {
  double tunnels_per_s, cpu_us_per_tunnel, p50_us, p99_us;
  double proxy_busy, elsewhere;  // cores used by the proxy, and by everything that is neither proxy nor ends
  std::uint64_t failures;
};

void pin_to(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  must(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

double seconds(clockid_t clock) {
  timespec time{};
  must(clock_gettime(clock, &time), "clock_gettime");
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

/// CPU seconds the whole machine has spent working, stolen time included.
double machine_seconds() {
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  std::unique_ptr<FILE, int (*)(FILE*)> stat(std::fopen("/proc/stat", "r"), std::fclose);
  if (!stat || std::fscanf(stat.get(), "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &iowait,
                           &irq, &softirq, &steal) != 8)
    return 0;
  return (user + nice + system + irq + softirq + steal) / double(sysconf(_SC_CLK_TCK));
}

pid_t start_proxy(const Variant& variant, const std::vector<int>& listeners, const sockaddr_in& target, Pin pin) {
  pid_t child = must(fork(), "fork");
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (pin == Pin::split) pin_to(1);
  std::vector<std::jthread> workers;
  for (int listener : listeners) workers.emplace_back(variant.worker, listener, target);
  workers.clear();  // waits; the parent ends this process
  std::_Exit(0);
}

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  auto nth = values.begin() + std::ptrdiff_t(part * double(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

/// What the proxy's process clock counts is user and system time of all its threads: getrusage, without waiting for its
/// end.
Sample measure_on(pid_t proxy, Ends& ends, const Settings& settings) {
  clockid_t proxy_clock{};
  must(-clock_getcpuclockid(proxy, &proxy_clock), "clock_getcpuclockid");
  ends.start_clients(client_count, false);
  ends.run_for(100ms);
  auto begin = Clock::now();
  double cpu = seconds(proxy_clock), own = seconds(CLOCK_PROCESS_CPUTIME_ID), machine = machine_seconds();
  auto tunnels = ends.tunnels;
  ends.run_for(milliseconds(settings.tunnel_ms));
  double wall = std::chrono::duration<double>(Clock::now() - begin).count();
  cpu = seconds(proxy_clock) - cpu, own = seconds(CLOCK_PROCESS_CPUTIME_ID) - own,
  machine = machine_seconds() - machine;
  double done = double(ends.tunnels - tunnels);
  ends.stop_clients();
  ends.run_for(30ms);

  ends.start_clients(1, true);
  ends.run_for(30ms);
  ends.round_trips_us.clear();
  ends.run_for(milliseconds(settings.rtt_ms));
  return {done / wall,
          cpu / done * 1e6,
          percentile(ends.round_trips_us, 0.5),
          percentile(ends.round_trips_us, 0.99),
          cpu / wall,
          (machine - cpu - own) / wall,
          ends.failures};
}

Sample measure(const Variant& variant, const Settings& settings) {
  int upstream = listen_on(0);
  std::vector<int> listeners{listen_on(0)};
  sockaddr_in proxy_address = address_of(listeners[0]);
  while (int(listeners.size()) < settings.workers) listeners.push_back(listen_on(ntohs(proxy_address.sin_port)));
  pid_t proxy = start_proxy(variant, listeners, address_of(upstream), settings.pin);
  for (int fd : listeners) close(fd);
  Sample sample;
  {
    Ends ends(upstream, proxy_address);
    sample = measure_on(proxy, ends, settings);
  }
  kill(proxy, SIGKILL);
  waitpid(proxy, nullptr, 0);
  close(upstream);
  return sample;
}

using Round = std::array<Sample, variants.size()>;

using Figure = double Sample::*;

double median(const std::vector<Round>& rounds, std::size_t variant, Figure figure) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round[variant].*figure);
  return percentile(values, 0.5);
}

/// Of the ratios to the same round's raw: "median [quartiles] (lowest–highest)".
std::string ratio(const std::vector<Round>& rounds, std::size_t variant, Figure figure) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round[variant].*figure / round[floor_variant].*figure);
  char text[96];
  std::snprintf(text, sizeof text, "%.2f [%.2f–%.2f] (%.2f–%.2f)", percentile(values, 0.5), percentile(values, 0.25),
                percentile(values, 0.75), percentile(values, 0), percentile(values, 1));
  return text;
}

void print_summary(const std::vector<Round>& rounds) {
  std::puts(
      "\n| variant | tunnels/s | × raw | CPU µs/tunnel | × raw | RTT p50 µs | × raw | RTT p99 µs | × raw | proxy cores "
      "|");
  std::puts("|---|---|---|---|---|---|---|---|---|---|");
  for (std::size_t v = 0; v < variants.size(); ++v) {
    std::printf("| %s ", variants[v].name);
    for (Figure figure : {&Sample::tunnels_per_s, &Sample::cpu_us_per_tunnel, &Sample::p50_us, &Sample::p99_us})
      std::printf("| %.*f | %s ", figure == &Sample::tunnels_per_s ? 0 : 1, median(rounds, v, figure),
                  ratio(rounds, v, figure).c_str());
    std::printf("| %.2f |\n", median(rounds, v, &Sample::proxy_busy));
  }
}

bool read_number(std::string_view text, int& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{} && number > 0;
}

bool read_pin(std::string_view text, Pin& pin) {
  pin = text == "split" ? Pin::split : text == "same" ? Pin::same : Pin::none;
  return pin != Pin::none || text == "none";
}

bool read_option(Settings& settings, std::string_view name, std::string_view value) {
  if (name == "--rounds") return read_number(value, settings.rounds);
  if (name == "--workers") return read_number(value, settings.workers);
  if (name == "--tunnel-ms") return read_number(value, settings.tunnel_ms);
  if (name == "--rtt-ms") return read_number(value, settings.rtt_ms);
  return name == "--pin" && read_pin(value, settings.pin);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; i += 2)
    if (i + 1 == argc || !read_option(settings, argv[i], argv[i + 1]))
      return std::fprintf(stderr, "unknown or incomplete: %s\n", argv[i]), 2;
  signal(SIGPIPE, SIG_IGN);
  if (settings.pin != Pin::none) pin_to(0);
  std::puts("round variant tunnels/s cpu_us/tunnel p50_us p99_us proxy_cores cores_elsewhere failures");
  std::vector<Round> rounds;
  for (int r = 0; r < settings.rounds; ++r) {
    Round& round = rounds.emplace_back();
    for (std::size_t i = 0; i < variants.size(); ++i) {
      std::size_t v = r % 2 == 0 ? i : variants.size() - 1 - i;  // there and back, so that drift within a round cancels
      const Sample& s = round[v] = measure(variants[v], settings);
      std::printf("%d %-9s %7.0f %6.1f %6.1f %7.1f %.2f %.2f %llu\n", r, variants[v].name, s.tunnels_per_s,
                  s.cpu_us_per_tunnel, s.p50_us, s.p99_us, s.proxy_busy, s.elsewhere,
                  static_cast<unsigned long long>(s.failures));
      std::fflush(stdout);
    }
  }
  print_summary(rounds);
}
