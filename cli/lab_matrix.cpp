#include "cli/lab_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report_formats.hpp"

namespace shirgate {
namespace {

/// "works", "-" where the channel is not used.
std::string outcome_on(const lab::ScenarioReport& report, std::string_view channel) {
  const auto found = std::find_if(report.channels.begin(), report.channels.end(),
                                  [&](const lab::ChannelResult& row) { return row.channel == channel; });
  return found == report.channels.end() ? "-" : std::string(to_string(found->found.outcome));
}

/// Packets; empty where no firewall counted.
std::string strays_of(const lab::ScenarioReport& report) {
  return report.strays ? std::to_string(report.strays->packets) : "";
}

bool count_strays(const ScenarioReports& reports) {
  return std::any_of(reports.begin(), reports.end(), [](const auto& report) { return report.strays.has_value(); });
}

}  // namespace

Grid overview_of(const ScenarioReports& reports) {
  Grid grid{{"scenario"}, {}};
  for (const auto channel : lab::walkable_channels()) grid.titles.emplace_back(channel);
  for (const auto* title : {"status", "tricks"}) grid.titles.emplace_back(title);
  if (count_strays(reports)) grid.titles.emplace_back("strays");
  grid.titles.emplace_back("held");
  for (const auto& report : reports) {
    std::vector<std::string> cells{report.name};
    for (const auto channel : lab::walkable_channels()) cells.push_back(outcome_on(report, channel));
    cells.push_back(report.status);
    cells.push_back(std::to_string(report.tricks.size()));
    if (count_strays(reports)) cells.push_back(strays_of(report));
    cells.emplace_back(report.broken() == 0 ? "yes" : "NO");
    grid.rows.push_back(std::move(cells));
  }
  return grid;
}

std::string reasons_of(const lab::Expected& found) {
  std::string text;
  for (const auto reason : found.reasons) text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(reason));
  return text;
}

std::string shown_by(const lab::ChannelResult& row) {
  if (row.trouble.empty()) return "";
  return row.shown ? row.shown->message : row.trouble;
}

std::string came_to(const lab::TrickResult& result) {
  const auto words = [](Reason reason) {
    return reason == Reason::allowed ? std::string("got through") : std::string(to_string(reason));
  };
  if (result.found == result.trick.reason) return words(result.found);
  return fmt::format("{}, NOT {}", words(result.found), words(result.trick.reason));
}

std::string where_to(const lab::Stray& stray) {
  return fmt::format("{} ({}){}{}", to_string(stray.to), to_string(stray.protocol), stray.name.empty() ? "" : ", ",
                     stray.name);
}

std::string storage_of(std::span<const lab::ScenarioReport> reports) {
  for (const auto& report : reports)
    if (!report.blob_storage.empty()) return fmt::format("Blob storage: {}", report.blob_storage);
  return {};
}

std::string summary_of(const ScenarioReports& reports) {
  std::chrono::milliseconds took{0};
  std::size_t broken = 0;
  for (const auto& report : reports) {
    took += report.took;
    if (report.broken() > 0) ++broken;
  }
  return fmt::format("{}, {} ({:.1f} s)", counted(reports.size(), "scenario"),
                     broken == 0 ? "all held" : fmt::format("{} did not hold", broken),
                     static_cast<double>(took.count()) / 1000);
}

}  // namespace shirgate
