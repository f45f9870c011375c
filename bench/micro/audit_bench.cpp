// What the audit of one tunnel costs in whole: three lines formatted, put into the ring, numbered, chained, written to
// a file in memory. CPU of all threads, so that the journal's counts; the writer's thread alone beside it.
#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "audit/chain.hpp"
#include "audit/journal.hpp"

namespace shirgate {
namespace {

struct Tunnel {
  Target target = *parse_target("contosostage.blob.core.windows.net:443");
  Name runtime{"contoso-prod"};
  Name channel{"staged"};
  Name rule{"contoso-prod/staged-public/contosostage.blob.core.windows.net"};

  [[nodiscard]] Event event(Action action, std::uint64_t id) const {
    Event event{.action = action, .at = std::chrono::system_clock::now(), .tunnel = id};
    event.client = Endpoint{v4_address(0x0a140015), 50123};
    event.runtime = runtime;
    event.channel = channel;
    event.rule = rule;
    event.target = &target;
    event.upstream = v4_address(0x14320101);
    if (action == Action::open) event.dns_time = event.dial_time = std::chrono::microseconds(1500);
    if (action == Action::checked)
      event.tls = TlsFacts{.sni = "contosostage.blob.core.windows.net",
                           .alpn = "h2,http/1.1",
                           .max_version = 0x0304,
                           .ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1"};
    if (action == Action::close) {
      event.traffic = Traffic{123456, 7890};
      event.duration = std::chrono::milliseconds(350);
      event.reason = Reason::allowed;
      event.stage = Stage::relay;
      event.ended_by = EndedBy::client;
    }
    return event;
  }
};

double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void audit_of_a_tunnel(benchmark::State& state) {
  const auto directory = std::filesystem::path("/dev/shm") / ("shirgate_bench_" + std::to_string(::getpid()));
  std::uint64_t lines = 0;
  {
    auto journal = Journal::open({.directory = directory, .ring_bytes = std::size_t{16} << 20, .compress = false});
    if (journal.has_error()) return state.SkipWithError(journal.error().text().c_str());
    auto& audit = (*journal)->writer(0);
    const Tunnel tunnel;
    std::uint64_t id = 1;
    const auto process_before = cpu_seconds(RUSAGE_SELF);
    const auto writer_before = cpu_seconds(RUSAGE_THREAD);
    double writer = 0;
    for (auto _ : state) {
      for (const auto action : {Action::open, Action::checked, Action::close})
        if (!audit.append(tunnel.event(action, id)).taken) return state.SkipWithError("the ring is full");
      // A writer that waits for room would be measured waiting.
      while (id % 1000 == 0 && (*journal)->lines_written() + 10'000 < 3 * id)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ++id;
    }
    writer = cpu_seconds(RUSAGE_THREAD) - writer_before;
    lines = 3 * (id - 1);
    while ((*journal)->lines_written() < lines) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto process = cpu_seconds(RUSAGE_SELF) - process_before;
    state.counters["cpu_us_per_tunnel"] = 1e6 * process / static_cast<double>(id - 1);
    state.counters["writer_us_per_tunnel"] = 1e6 * writer / static_cast<double>(id - 1);
    state.counters["lines_per_s"] = benchmark::Counter(static_cast<double>(lines), benchmark::Counter::kIsRate);
  }
  std::filesystem::remove_all(directory);
}
BENCHMARK(audit_of_a_tunnel)->UseRealTime()->MinTime(3);

void format_three_lines(benchmark::State& state) {
  const Tunnel tunnel;
  std::string body;
  for (auto _ : state)
    for (const auto action : {Action::open, Action::checked, Action::close}) {
      body.clear();
      append_json(body, tunnel.event(action, 1));
      benchmark::DoNotOptimize(body.data());
    }
}
BENCHMARK(format_three_lines);

void chain_a_line(benchmark::State& state) {
  std::string body;
  append_json(body, Tunnel().event(Action::open, 1));
  Chain chain("00c0ffee00000017", {});
  std::string text;
  for (auto _ : state) {
    text.clear();
    chain.append(text, body);
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(chain_a_line);

void sign_a_head(benchmark::State& state) {
  const auto key = SigningKey::make();
  for (auto _ : state) benchmark::DoNotOptimize(key.sign(head_text("00c0ffee00000017", 1, {})));
}
BENCHMARK(sign_a_head);

}  // namespace
}  // namespace shirgate
