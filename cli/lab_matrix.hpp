// The cells that every form of the lab's matrix shares.
#pragma once

#include <string>
#include <string_view>

#include "cli/lab_text.hpp"

namespace shirgate {

/// "works", "-" where the channel is not used.
[[nodiscard]] std::string outcome_on(const lab::ScenarioReport& report, std::string_view channel);
/// "host_not_listed, policy_revoked".
[[nodiscard]] std::string reasons_of(const lab::Expected& found);
/// The documented message where there is one, else what went wrong.
[[nodiscard]] std::string shown_by(const lab::ChannelResult& row);
/// "got through" or the reason, with what was stated where it differs.
[[nodiscard]] std::string came_to(const lab::TrickResult& result);
/// "20.60.0.4:443 (tcp), download.microsoft.com".
[[nodiscard]] std::string where_to(const lab::Stray& stray);
/// Packets; empty where no firewall counted.
[[nodiscard]] std::string strays_of(const lab::ScenarioReport& report);
[[nodiscard]] bool count_strays(const ScenarioReports& reports);
/// "20 scenarios, all held (41.2 s)".
[[nodiscard]] std::string summary_of(const ScenarioReports& reports);

}  // namespace shirgate
