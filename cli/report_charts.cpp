#include "cli/report_charts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report_formats.hpp"
#include "cli/svg_chart.hpp"
#include "cli/table.hpp"
#include "cli/time_bins.hpp"

namespace shirgate {
namespace {

constexpr std::size_t most_bars = 12;
constexpr std::size_t most_columns = 120;

}  // namespace

std::string bytes_by_channel(const Report& report) {
  Chart chart{.id = "chart-bytes", .title = "Bytes per channel", .first_name = "sent", .second_name = "received"};
  for (const auto& [key, hosts] : report.channels()) {
    const auto total = total_of(hosts);
    chart.rows.push_back({fmt::format("{} ({})", key.channel, key.runtime), total.bytes_from_client,
                          total.bytes_from_upstream,
                          fmt::format("{} sent, {} received", human_bytes(total.bytes_from_client),
                                      human_bytes(total.bytes_from_upstream))});
  }
  std::stable_sort(chart.rows.begin(), chart.rows.end(),
                   [](const ChartRow& a, const ChartRow& b) { return a.first + a.second > b.first + b.second; });
  if (chart.rows.size() > most_bars) chart.rows.resize(most_bars);
  chart.summary = fmt::format("The most went through {}: {}.", chart.rows.front().label, chart.rows.front().text);
  return bar_chart(chart);
}

std::string tunnels_over_time(const Report& report) {
  Chart chart{.id = "chart-time", .title = "Tunnels over time", .first_name = "opened", .second_name = "refused"};
  std::uint64_t most = 0;
  for (const auto& [label, hour] : time_bins(report.hours(), most_columns)) {
    chart.rows.push_back(
        {label, hour.tunnels, hour.refused, fmt::format("{} opened, {} refused", hour.tunnels, hour.refused)});
    most = std::max(most, hour.tunnels);
  }
  if (chart.rows.empty()) return {};
  chart.summary = fmt::format("From {} to {}, at most {} at a time.", chart.rows.front().label, chart.rows.back().label,
                              counted(most, "opened tunnel"));
  return column_chart(chart);
}

std::string refusals_by_host(const std::vector<Attempt>& unlisted) {
  Chart chart{.id = "chart-unlisted", .title = "Refusals by host"};
  for (const auto& [key, summary, advice] : unlisted) {
    if (chart.rows.size() == most_bars) break;
    chart.rows.push_back({attempt_target(*key, *summary), summary->count, 0, counted(summary->count, "time")});
  }
  chart.summary = fmt::format("The most frequent is {}: {}.", chart.rows.front().label, chart.rows.front().text);
  return bar_chart(chart);
}

}  // namespace shirgate
