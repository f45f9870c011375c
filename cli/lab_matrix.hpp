// The cells that every form of the lab's matrix shares.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/lab_text.hpp"

namespace shirgate {

/// A table that does not know yet how it will be written.
struct Grid {
  std::vector<std::string> titles;
  std::vector<std::vector<std::string>> rows;
};

/// Scenario by channel.
[[nodiscard]] Grid overview_of(const ScenarioReports& reports);
/// "host_not_listed, policy_revoked".
[[nodiscard]] std::string reasons_of(const lab::Expected& found);
/// The documented message where there is one, else what went wrong.
[[nodiscard]] std::string shown_by(const lab::ChannelResult& row);
/// "got through" or the reason, with what was stated where it differs.
[[nodiscard]] std::string came_to(const lab::TrickResult& result);
/// "20.60.0.4:443 (tcp), download.microsoft.com".
[[nodiscard]] std::string where_to(const lab::Stray& stray);
/// "Blob storage: Azurite 3.35.0"; empty where none of them stages anything.
[[nodiscard]] std::string storage_of(std::span<const lab::ScenarioReport> reports);
/// "20 scenarios, all held (41.2 s)".
[[nodiscard]] std::string summary_of(const ScenarioReports& reports);

}  // namespace shirgate
