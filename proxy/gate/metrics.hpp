// What an operator watches: the gate's numbers in the text format of Prometheus. One table, which docs/operations.md
// repeats. Hosts, clients and everything else that whoever asks can make up are no labels, so there are never more
// series than reasons, sinks and runtimes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event_counts.hpp"
#include "audit/sinks/shipper.hpp"

namespace shirgate {

/// Of one moment, more or less.
struct GateNumbers {
  std::string version;
  std::int64_t started = 0;         ///< seconds since 1970
  std::uint64_t configuration = 0;  ///< 0 at first, one more with each reload
  std::int64_t connections = 0;
  std::int64_t max_connections = 0;
  std::vector<std::string> reporting;  ///< runtimes in report mode
  bool audit_healthy = true;
  std::uint64_t audit_lines = 0;  ///< on disk
  EventTotals events;
  std::vector<ShipperNumbers> sinks;
};

class MetricSamples;

struct MetricRow {
  std::string_view name;
  std::string_view type;   ///< "counter" or "gauge"
  std::string_view label;  ///< empty where it has none
  std::string_view help;
  void (*read)(const GateNumbers& numbers, MetricSamples& samples);
};

/// In the order of the text.
[[nodiscard]] std::span<const MetricRow> metrics_table();

/// Exposition format 0.0.4, the same series every time but for what reloads change.
[[nodiscard]] std::string metrics_text(const GateNumbers& numbers);

}  // namespace shirgate
