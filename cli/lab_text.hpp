// What the lab has to say, as text for people, for wikis, for browsers and for scripts: pure.
#pragma once

#include <string>
#include <vector>

#include "lab/scenario_report.hpp"

namespace shirgate {

using ScenarioReports = std::vector<lab::ScenarioReport>;

/// One scenario: a row for each channel, then each trick, then what was broken. Lines no longer than `width`, as far as
/// the columns can shrink.
[[nodiscard]] std::string report_as_text(const lab::ScenarioReport& report, std::size_t width);
/// Many scenarios: a row for each, a column for each channel; then what was broken.
[[nodiscard]] std::string reports_as_text(const ScenarioReports& reports, std::size_t width);
/// Both as tables of GitHub-flavoured Markdown.
[[nodiscard]] std::string reports_as_markdown(const ScenarioReports& reports);
/// Both as one page that needs nothing else.
[[nodiscard]] std::string reports_as_html(const ScenarioReports& reports);
/// One object: `held` and `scenarios`.
[[nodiscard]] std::string reports_as_json(const ScenarioReports& reports);

/// The scenario in words: what the gate lets out, what the network is like, what should come of it.
[[nodiscard]] std::string explanation_of(const lab::Scenario& scenario, std::size_t width);

}  // namespace shirgate
