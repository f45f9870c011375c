// Documents that hold copies of tables from the code.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace shirgate::test {

inline const std::filesystem::path root = SHIRGATE_SOURCE_DIR;

[[nodiscard]] std::string read(const std::filesystem::path& path);

/// What stands between <!-- name --> and <!-- /name --> of a document below docs/.
[[nodiscard]] std::string section_of(const std::string& document, const std::string& name);

/// That section is `expected`; or is made so, when the environment has SHIRGATE_WRITE_DOCUMENTS.
void expect_section(const std::string& document, const std::string& name, const std::string& expected);

/// Text as the cell of a Markdown table: what Markdown or HTML would take for its own is escaped.
[[nodiscard]] std::string cell(std::string_view text);

/// In backticks, or nothing for no text.
[[nodiscard]] std::string code(std::string_view text);

}  // namespace shirgate::test
