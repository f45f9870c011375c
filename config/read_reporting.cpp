#include <fmt/format.h>

#include "config/load_policy.hpp"
#include "policy/date.hpp"

namespace shirgate {
namespace {

/// mode = { relay = "report" }; a channel that is not named enforces.
void read_channels(TableReader& runtime, Reporting& reporting) {
  const auto* table = runtime.table("mode");
  if (table == nullptr) return;
  TableReader modes(*table, runtime.title() + " mode", runtime.mistakes());
  for (const auto& [key, value] : *table)
    if (modes.choice(key.str(), {"report"})) reporting.channels.emplace_back(key.str());
}

}  // namespace

std::optional<Reporting> read_reporting(TableReader& runtime, Time now) {
  Reporting reporting;
  if (const auto* mode = runtime.node("mode"); mode != nullptr && mode->is_table())
    read_channels(runtime, reporting);
  else
    reporting.everything = runtime.choice("mode", {"enforce", "report"}) == "report";
  const bool reports = reporting.everything || !reporting.channels.empty();
  const auto until = runtime.date("report_until");
  const auto last = std::chrono::floor<std::chrono::days>(now) + longest_reporting;
  if (!reports) {
    if (runtime.node("report_until") != nullptr)
      runtime.complain("report_until", fmt::format("{} report_until without report mode would be ignored; write mode = "
                                                   "\"report\" or remove it",
                                                   runtime.title()));
    return std::nullopt;
  }
  if (runtime.node("report_until") == nullptr)
    runtime.complain("mode", fmt::format("{} mode = \"report\" needs its end: write for example report_until = {}",
                                         runtime.title(), date_text(last)));
  if (!until) return std::nullopt;
  if (*until > last)
    runtime.complain("report_until", fmt::format("{} report_until: at most {} days from today, {}; choose again then",
                                                 runtime.title(), longest_reporting.count(), date_text(last)));
  reporting.until = *until;
  return reporting;
}

}  // namespace shirgate
