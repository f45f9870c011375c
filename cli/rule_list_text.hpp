// The rule list as text. All four say the same; tickets and purposes are free text, so each escapes for its reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/rule_list.hpp"

namespace shirgate {

/// For people at a terminal: a table for each runtime, then why each row and each [[allow]] is there. No wider than
/// `width` where that can be.
[[nodiscard]] std::string rules_as_table(const std::vector<ListedRuntime>& list, std::size_t width);
/// {"runtimes": [...], "rules": [...], "not_carried": [...]}
[[nodiscard]] std::string rules_as_json(const std::vector<ListedRuntime>& list);
/// RFC 4180 with a header line. No cell is a formula to a spreadsheet.
[[nodiscard]] std::string rules_as_csv(const std::vector<ListedRuntime>& list);
/// Two tables for a change request or a wiki.
[[nodiscard]] std::string rules_as_markdown(const std::vector<ListedRuntime>& list);

/// One cell of CSV: quoted where RFC 4180 asks for it, with a ' in front of what a spreadsheet would run.
[[nodiscard]] std::string csv_cell(std::string_view text);
/// One cell of a Markdown table: no pipe ends it, no line end breaks the row, no markup or HTML in it works.
[[nodiscard]] std::string markdown_cell(std::string_view text);

}  // namespace shirgate
