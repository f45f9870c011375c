// What one tunnel costs in pure computing: the decision, the request head, one audit line. What its first flight costs
// is in first_flight_bench.cpp.
// Run: ./dev bench
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <random>

#include "audit/event.hpp"
#include "policy/policy.hpp"
#include "proxy/ingress/request_head.hpp"

namespace shirgate {
namespace {

const Name runtime("bench");

const Policy& ten_thousand_rules() {
  static const Policy policy = [] {
    std::vector<Rule> rules;
    for (int i = 0; i < 10'000; ++i) {
      const auto text = i % 4 == 0 ? fmt::format("*.s{}.example.net", i) : fmt::format("host{}.tenant.example.net", i);
      rules.push_back(Rule{.name = Name(text),
                           .runtime = runtime,
                           .channel = Name("bench"),
                           .pattern = *parse_pattern(text),
                           .port = 443});
    }
    return Policy({Runtime{runtime, {*parse_range("10.0.0.0/8")}}}, std::move(rules));
  }();
  return policy;
}

void decide(benchmark::State& state, const std::vector<std::string>& hosts) {
  std::vector<Asked> asked;
  for (const auto& host : hosts) asked.push_back(Asked{.target = {*parse_host(host), 443}});
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(ten_thousand_rules().decide(runtime, asked[i++ % asked.size()], now));
}

void decide_hit(benchmark::State& state) {
  std::vector<std::string> hosts;
  for (int i = 0; i < 10'000; i += 7)
    hosts.push_back(i % 4 == 0 ? fmt::format("a.b.s{}.example.net", i) : fmt::format("host{}.tenant.example.net", i));
  decide(state, hosts);
}
BENCHMARK(decide_hit);

void decide_miss(benchmark::State& state) {
  std::mt19937 random(1);
  std::vector<std::string> hosts;
  for (int i = 0; i < 2000; ++i) {
    std::string host;
    for (unsigned label = 0; label < 1 + random() % 7; ++label) host += fmt::format("l{}.", random() % 1000);
    hosts.push_back(host + "example.org");
  }
  decide(state, hosts);
}
BENCHMARK(decide_miss);

void decide_127_labels(benchmark::State& state) {
  std::string host;
  for (int i = 0; i < 126; ++i) host += "a.";
  decide(state, {host + "b"});
}
BENCHMARK(decide_127_labels);

void read_request(benchmark::State& state) {
  const std::string head =
      "CONNECT contosostage.blob.core.windows.net:443 HTTP/1.1\r\nHost: contosostage.blob.core.windows.net:443\r\n"
      "User-Agent: azsdk-net-Storage.Blobs/12.0\r\nProxy-Connection: Keep-Alive\r\n\r\n";
  for (auto _ : state) {
    RequestHead request;
    benchmark::DoNotOptimize(request.read(head));
  }
}
BENCHMARK(read_request);

void format_open_event(benchmark::State& state) {
  const Target target{*parse_host("contosostage.blob.core.windows.net"), 443};
  const Event event{.action = Action::open,
                    .at = std::chrono::system_clock::now(),
                    .tunnel = 0x1234,
                    .client = Endpoint{v4_address(0x0a140015), 50123},
                    .runtime = Name("contoso-prod"),
                    .channel = Name("staged"),
                    .rule = Name("contoso-prod/staged-public/contosostage.blob.core.windows.net"),
                    .target = &target,
                    .upstream = v4_address(0x143c000a)};
  std::string line;
  for (auto _ : state) {
    line.clear();
    append_json(line, event);
    benchmark::DoNotOptimize(line.data());
  }
}
BENCHMARK(format_open_event);

}  // namespace
}  // namespace shirgate

BENCHMARK_MAIN();
