// What must hold for every errand of a walk, whatever the scenario: pure.
#pragma once

#include <functional>
#include <vector>

#include "lab/channel_result.hpp"
#include "lab/expectation.hpp"

namespace shirgate::lab {

/// What the pretend Azure saw of a whole walk, at one of its sites.
struct SiteSaw {
  std::string host;
  std::uint16_t port = 443;
  std::vector<SeenConnection> connections;
};

/// Client, log and site tell the same story of each errand: what worked was opened, checked and closed once under its
/// channel with its own name to an address it may lead to; what did not was ended once, with a reason; and where all
/// errands to a site worked, all three counted the same bytes.
[[nodiscard]] std::vector<Expectation> judge_walk(const Scenario& scenario, const std::vector<Told>& walk,
                                                  const std::vector<SiteSaw>& sites);

/// The channels, the status and the report are what the scenario says.
[[nodiscard]] std::vector<Expectation> judge_statements(const Scenario& scenario,
                                                        const std::vector<ChannelResult>& channels,
                                                        const std::set<std::string>& refused,
                                                        const std::set<std::string>& reported);

}  // namespace shirgate::lab
