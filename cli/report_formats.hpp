// The report in its formats. What the log holds may be hostile; in each of them it is only text.
#pragma once

#include <string>
#include <string_view>

#include "cli/findings.hpp"
#include "cli/terminal_text.hpp"

namespace shirgate {

/// For people, no line wider than `width` where that can be. Long lists are cut and say so.
[[nodiscard]] std::string report_as_text(const Findings& findings, std::size_t width, const Paint& paint);
/// One object, everything there is, printable ASCII, with a line end.
[[nodiscard]] std::string report_as_json(const Findings& findings);
/// RFC 4180 with a header line: a row for each host and for each kind of attempt. No cell is a formula to a
/// spreadsheet.
[[nodiscard]] std::string report_as_csv(const Findings& findings);
/// One page that needs no other file and no network, and runs no script.
[[nodiscard]] std::string report_as_html(const Findings& findings);

/// "2026-11-22T02:29:36.341Z" without what a person does not need: "2026-11-22 02:29:36".
[[nodiscard]] std::string short_time(std::string_view time);
/// "850 µs", "12 ms", "1.3 s"; "-" for none.
[[nodiscard]] std::string short_duration(const std::optional<std::chrono::microseconds>& time);
/// All that are listed, separated by commas, and how many more there were.
[[nodiscard]] std::string few_text(const FewOf& few);
/// How many more there were: "12 more", "at least 500 more".
[[nodiscard]] std::string more_text(std::size_t count, bool is_least);
/// What found no room: "12 refusals on at least 7 more targets: only counted".
[[nodiscard]] std::string only_counted(const Report::Attempts& attempts, std::string_view what);
/// True where its one server name is the target's host, as it must be for a relayed tunnel.
[[nodiscard]] bool names_its_host(const HostSummary& host, const std::string& target);
/// "host:port (SNI other)", or why nobody can say.
[[nodiscard]] std::string attempt_target(const Report::Refused& key, const RefusedSummary& summary);
/// "1 tunnel", "3 tunnels"
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view what);

}  // namespace shirgate
