// How many events a second one core sums up, from disk to the finished report. Run: ./dev bench
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "audit/log_reader.hpp"
#include "audit/report.hpp"
#include "audit/segment.hpp"

namespace shirgate {
namespace {

constexpr std::uint64_t events = 1'000'000;
constexpr std::uint64_t hosts = 1000;

/// A log as a busy gate leaves it: tunnels to a thousand hosts, each with its opening, its hello and its end, and one
/// refusal to ten of them.
std::string log_text() {
  std::string text;
  const auto began = std::chrono::sys_days(std::chrono::year(2026) / 11 / 1);
  for (std::uint64_t seq = 1; seq <= events; ++seq) {
    const auto tunnel = seq / 3;
    const auto target = *parse_target(fmt::format("account{}.blob.core.windows.net:443", tunnel % hosts));
    const auto stranger = *parse_target(fmt::format("stranger{}.example:443", tunnel % 97));
    Event event{.at = began + std::chrono::milliseconds(seq * 40),
                .tunnel = tunnel,
                .client = Endpoint{*parse_address("10.20.0.21"), static_cast<std::uint16_t>(1024 + tunnel % 60'000)},
                .runtime = Name("contoso-prod"),
                .target = &target};
    const auto sni = target.host.text();
    if (tunnel % 11 == 0) {
      event.action = Action::denied;
      event.reason = Reason::host_not_listed;
      event.stage = Stage::policy;
      event.target = &stranger;
    } else {
      event.channel = Name("staged");
      event.rule = Name("contoso-prod/staging-blob");
      event.upstream = v4_address(static_cast<std::uint32_t>(0x143c0000 + tunnel % 50));
      if (seq % 3 == 0) {
        event.action = Action::open;
        event.dns_time = std::chrono::microseconds(300 + tunnel % 900);
        event.dial_time = std::chrono::microseconds(9000 + tunnel % 5000);
        event.policy = "0123456789abcdef";
      } else if (seq % 3 == 1) {
        event.action = Action::checked;
        event.tls = TlsFacts{.sni = sni,
                             .alpn = "h2,http/1.1",
                             .max_version = 0x0304,
                             .ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1",
                             .server_version = 0x0304};
        event.first_flight_time = std::chrono::microseconds(3100);
      } else {
        event.action = Action::close;
        event.reason = Reason::client_closed;
        event.stage = Stage::relay;
        event.traffic = Traffic{tunnel * 977 % 1'000'000, 5000};
        event.duration = std::chrono::milliseconds(900);
        event.ended_by = EndedBy::client;
      }
    }
    fmt::format_to(std::back_inserter(text), R"({{"shirgate.seq":{},"shirgate.prev":"{:064x}",)", seq, seq);
    text += R"("shirgate.gate":"0123456789abcdef",)";
    const auto begin = text.size();
    append_json(text, event);
    text.erase(begin, 1);  // its brace
    text.push_back('\n');
  }
  return text;
}

std::string compressed(const std::string& text) {
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), text.data(), text.size(), 3));
  return frame;
}

/// Two directories with the same log, plain and compressed, gone at the end.
class Logs {
 public:
  Logs() {
    auto pattern = (std::filesystem::temp_directory_path() / "shirgate_bench_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
    const auto text = log_text();
    write("plain", "", text);
    write("zstd", ".zst", compressed(text));
  }
  ~Logs() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Logs(const Logs&) = delete;
  Logs& operator=(const Logs&) = delete;
  [[nodiscard]] std::string directory(std::string_view form) const { return fmt::format("{}/{}", path_, form); }

 private:
  void write(std::string_view form, std::string_view ending, const std::string& bytes) const {
    std::filesystem::create_directory(directory(form));
    std::ofstream file(segment_path(directory(form), 1) + std::string(ending), std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  std::string path_;
};

const Logs& logs() {
  static const Logs logs;
  return logs;
}

/// What reading alone costs: files, lines, JSON.
void read_lines(benchmark::State& state, const char* form) {
  const auto directory = logs().directory(form);
  for (auto _ : state) {
    LogReader reader;
    if (reader.add_directory(directory).has_error()) state.SkipWithError("no log");
    std::uint64_t lines = 0;
    reader.read([&](const LogLine& line) { lines += line.seq != 0 ? 1 : 0; });
    if (lines != events || reader.troubles().any()) state.SkipWithError("not every event was read");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * events));
}
BENCHMARK_CAPTURE(read_lines, plain, "plain")->Unit(benchmark::kMillisecond);

void report(benchmark::State& state, const char* form) {
  const auto directory = logs().directory(form);
  for (auto _ : state) {
    LogReader reader;
    if (reader.add_directory(directory).has_error()) state.SkipWithError("no log");
    Report report;
    reader.read([&](const LogLine& line) { report.add(line); });
    report.finish();
    if (report.lines() != events || reader.troubles().any()) state.SkipWithError("not every event was read");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * events));
}
BENCHMARK_CAPTURE(report, plain, "plain")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(report, compressed, "zstd")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace shirgate

BENCHMARK_MAIN();
