// What the first bytes of a tunnel cost: the largest hello real clients send, the worst ones hostile clients may send,
// a server's answer. Run: ./dev bench
#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/ja4.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/server_flight.hpp"

namespace shirgate {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes& chromium() {
  static const Bytes bytes = [] {
    std::ifstream file(SHIRGATE_SOURCE_DIR "/tests/corpus/captures/chromium-headless.bin", std::ios::binary);
    return Bytes{std::istreambuf_iterator<char>(file), {}};
  }();
  return bytes;
}

void append_u16(Bytes& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

/// A hello of nearly 16 KiB in one record, all of it cipher suites in falling order, or all of it empty extensions.
Bytes hello_full_of(std::size_t ciphers, std::size_t extensions) {
  Bytes body(34, 3);  // version 3.3 and a random
  body.push_back(0);
  append_u16(body, ciphers * 2);
  for (std::size_t i = ciphers; i > 0; --i) append_u16(body, i * 8);
  body.insert(body.end(), {1, 0});
  append_u16(body, extensions * 4);
  for (std::size_t i = extensions; i > 0; --i) append_u16(body, i * 15 + 100), append_u16(body, 0);
  Bytes bytes{22, 3, 1};
  append_u16(bytes, body.size() + 4);
  bytes.insert(bytes.end(), {1, 0});
  append_u16(bytes, body.size());
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

Hello read(HelloReader& reader, const Bytes& bytes) {
  const auto said = reader.feed(bytes);
  if (said.has_error() || *said != HelloProgress::done) throw std::logic_error("the hello is not whole");
  const auto hello = parse_hello(reader.body());
  if (hello.has_error()) throw std::logic_error("the hello is malformed");
  return *hello;
}

/// All that a session does with a hello: read, parse, judge, fingerprint.
void check(benchmark::State& state, const Bytes& bytes) {
  constexpr std::size_t record_header_bytes = 5;
  state.SetLabel("a hello of " + std::to_string(bytes.size() - record_header_bytes) + " bytes");
  const auto host = *parse_host("mystaging.blob.core.windows.net");
  const std::vector<std::string> alpn{"h2", "http/1.1"};
  for (auto _ : state) {
    HelloReader reader;
    const auto hello = read(reader, bytes);
    benchmark::DoNotOptimize(judge_hello(hello, host, {.ech_allowed = true, .alpn = alpn}));
    benchmark::DoNotOptimize(ja4_of(hello));
  }
}

void check_hello(benchmark::State& state) { check(state, chromium()); }
void check_hello_full_of_ciphers(benchmark::State& state) { check(state, hello_full_of(8150, 0)); }
void check_hello_full_of_extensions(benchmark::State& state) { check(state, hello_full_of(1, 4075)); }
BENCHMARK(check_hello);
BENCHMARK(check_hello_full_of_ciphers);
BENCHMARK(check_hello_full_of_extensions);

void read_only(benchmark::State& state, const Bytes& bytes) {
  for (auto _ : state) {
    HelloReader reader;
    benchmark::DoNotOptimize(read(reader, bytes));
  }
}

void read_hello(benchmark::State& state) { read_only(state, chromium()); }
void read_hello_full_of_extensions(benchmark::State& state) { read_only(state, hello_full_of(1, 4075)); }
BENCHMARK(read_hello);
BENCHMARK(read_hello_full_of_extensions);

void fingerprint_hello(benchmark::State& state) {
  HelloReader reader;
  const auto hello = read(reader, chromium());
  for (auto _ : state) benchmark::DoNotOptimize(ja4_of(hello));
}
BENCHMARK(fingerprint_hello);

/// TLS 1.2 with a leaf of 2 KiB, the longest an honest answer keeps the reader busy.
void read_server_flight(benchmark::State& state) {
  Bytes hello{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3};
  hello.resize(hello.size() + 32 + 1 + 2 + 1);
  Bytes bytes{22, 3, 3, 8, 10, 11, 0, 8, 6, 0, 8, 3, 0, 8, 0};
  bytes.resize(bytes.size() + 2048, 0x30);
  for (auto _ : state) {
    ServerFlightReader reader;
    reader.feed(hello);
    benchmark::DoNotOptimize(reader.feed(bytes));
    if (reader.leaf().size() != 2048) throw std::logic_error("the leaf is not read");
  }
}
BENCHMARK(read_server_flight);

}  // namespace
}  // namespace shirgate
