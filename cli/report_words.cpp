#include <fmt/format.h>

#include <algorithm>

#include "cli/report_formats.hpp"

namespace shirgate {

std::string short_time(std::string_view time) {
  std::string text(time.substr(0, 19));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string short_duration(const std::optional<std::chrono::microseconds>& time) {
  if (!time) return "-";
  const auto count = time->count();
  if (count < 1000) return fmt::format("{} us", count);
  if (count < 1'000'000) return fmt::format("{:.3g} ms", static_cast<double>(count) / 1e3);
  return fmt::format("{:.3g} s", static_cast<double>(count) / 1e6);
}

std::string more_text(std::size_t count, bool is_least) {
  return fmt::format("{}{} more", is_least ? "at least " : "", count);
}

std::string only_counted(const Report::Attempts& attempts, std::string_view what) {
  return fmt::format("{} on {} targets: only counted", counted(attempts.rest.count, what),
                     more_text(attempts.rest_targets.count(), attempts.rest_targets.is_least()));
}

std::string few_text(const FewOf& few) {
  std::string text;
  for (const auto& one : few.listed()) text += (text.empty() ? "" : ", ") + one;
  if (few.more() > 0) text += ", and " + more_text(few.more(), few.more_is_least());
  return text;
}

bool names_its_host(const HostSummary& host, const std::string& target) {
  return host.snis.listed().size() == 1 && target.starts_with(host.snis.listed().front() + ':');
}

std::string attempt_target(const Report::Refused& key, const RefusedSummary& summary) {
  // What is over the quota is counted by reason, and nobody is named.
  if (key.target.empty()) return summary.clients.empty() ? "(only counted, over the quota)" : "(nothing readable)";
  return key.sni.empty() ? key.target : fmt::format("{} (SNI {})", key.target, key.sni);
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace shirgate
