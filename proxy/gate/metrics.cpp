#include "proxy/gate/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace shirgate {

/// The lines of one metric.
class MetricSamples {
 public:
  MetricSamples(std::string& out, const MetricRow& row) : out_(out), row_(row) {}

  template <class Number>
  void add(Number value) {
    fmt::format_to(std::back_inserter(out_), "{} {}\n", row_.name, value);
  }
  template <class Number>
  void add(std::string_view label, Number value) {
    fmt::format_to(std::back_inserter(out_), "{}{{{}=\"", row_.name, row_.label);
    for (const char c : label) {
      if (c == '\\' || c == '"') out_.push_back('\\');
      if (c == '\n')
        out_ += "\\n";
      else
        out_.push_back(c);
    }
    fmt::format_to(std::back_inserter(out_), "\"}} {}\n", value);
  }
  /// One for each reason that can be one.
  void add_reasons(const std::array<std::uint64_t, reason_count>& counts) {
    for (const auto& row : reason_table())
      if (row.reason != Reason::allowed) add(row.token, counts[static_cast<std::size_t>(row.reason)]);
  }

 private:
  std::string& out_;
  const MetricRow& row_;
};

namespace {

using Numbers = GateNumbers;
using Samples = MetricSamples;

template <class Number>
void add_sinks(const Numbers& numbers, Samples& samples, Number ShipperNumbers::*member) {
  for (const auto& sink : numbers.sinks) samples.add(sink.name, sink.*member);
}

constexpr std::array table{
    MetricRow{"shirgate_build_info", "gauge", "version", "Always 1.",
              [](const Numbers& n, Samples& s) { s.add(n.version, 1); }},
    MetricRow{"shirgate_start_time_seconds", "gauge", "", "When the gate started, in seconds since 1970.",
              [](const Numbers& n, Samples& s) { s.add(n.started); }},
    MetricRow{"shirgate_configuration_number", "gauge", "", "0 at the start, and one more with each reload.",
              [](const Numbers& n, Samples& s) { s.add(n.configuration); }},
    MetricRow{"shirgate_connections", "gauge", "", "Client connections that are open.",
              [](const Numbers& n, Samples& s) { s.add(n.connections); }},
    MetricRow{"shirgate_connections_limit", "gauge", "", "How many may be.",
              [](const Numbers& n, Samples& s) { s.add(n.max_connections); }},
    MetricRow{"shirgate_opened_total", "counter", "", "Tunnels that were opened.",
              [](const Numbers& n, Samples& s) { s.add(n.events.opened); }},
    MetricRow{"shirgate_ended_total", "counter", "reason",
              "Tunnels and requests that ended, by reason; each refusal counts.",
              [](const Numbers& n, Samples& s) { s.add_reasons(n.events.ended); }},
    MetricRow{"shirgate_reported_total", "counter", "reason",
              "What only report mode let out, by the reason it would have been refused with.",
              [](const Numbers& n, Samples& s) { s.add_reasons(n.events.reported); }},
    MetricRow{"shirgate_reporting", "gauge", "runtime", "1 for each runtime that reports instead of refusing.",
              [](const Numbers& n, Samples& s) {
                for (const auto& runtime : n.reporting) s.add(runtime, 1);
              }},
    MetricRow{"shirgate_first_uses_total", "counter", "",
              "Tunnels to hosts that nobody had used under their wildcard since the start.",
              [](const Numbers& n, Samples& s) { s.add(n.events.first_uses); }},
    MetricRow{"shirgate_bytes_total", "counter", "from", "Bytes of tunnels that have ended.",
              [](const Numbers& n, Samples& s) {
                s.add("client", n.events.bytes_from_client);
                s.add("upstream", n.events.bytes_from_upstream);
              }},
    MetricRow{"shirgate_audit_healthy", "gauge", "", "0 while the audit log can't be written and no tunnel opens.",
              [](const Numbers& n, Samples& s) { s.add(n.audit_healthy ? 1 : 0); }},
    MetricRow{"shirgate_audit_lines_total", "counter", "", "Events that are on disk.",
              [](const Numbers& n, Samples& s) { s.add(n.audit_lines); }},
    MetricRow{"shirgate_sink_connected", "gauge", "sink", "1 while the receiver is known to be there.",
              [](const Numbers& n, Samples& s) {
                for (const auto& sink : n.sinks) s.add(sink.name, sink.connected ? 1 : 0);
              }},
    MetricRow{"shirgate_sink_lag_lines", "gauge", "sink", "Lines that are on disk and not delivered.",
              [](const Numbers& n, Samples& s) { add_sinks(n, s, &ShipperNumbers::lag_lines); }},
    MetricRow{"shirgate_sink_lag_seconds", "gauge", "sink", "Age of the oldest of them.",
              [](const Numbers& n, Samples& s) { add_sinks(n, s, &ShipperNumbers::lag_seconds); }},
    MetricRow{"shirgate_sink_delivered_lines_total", "counter", "sink",
              "Lines that were delivered since the start, or left out by the format; repetitions count.",
              [](const Numbers& n, Samples& s) { add_sinks(n, s, &ShipperNumbers::delivered_lines); }},
    MetricRow{"shirgate_sink_failures_total", "counter", "sink", "Connections that failed or were lost.",
              [](const Numbers& n, Samples& s) { add_sinks(n, s, &ShipperNumbers::failures); }},
};

}  // namespace

std::span<const MetricRow> metrics_table() { return table; }

std::string metrics_text(const GateNumbers& numbers) {
  std::string text;
  for (const auto& row : table) {
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", row.name, row.help, row.name, row.type);
    MetricSamples samples(text, row);
    row.read(numbers, samples);
  }
  return text;
}

}  // namespace shirgate
