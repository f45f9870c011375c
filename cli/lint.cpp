#include "config/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::string_view indent = "  ";

/// The text in lines of at most `width` bytes, each indented; a longer word stands alone.
std::string paragraph(std::string_view text, std::size_t width) {
  std::string result;
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) result += fmt::format("{}{}\n", indent, line);
    line.clear();
  };
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, space);
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > width) end_line();
    if (!line.empty()) line += ' ';
    line += word;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  end_line();
  return result;
}

void print_text(const std::vector<Warning>& warnings, const std::string& path) {
  if (warnings.empty()) return fmt::print("{}: nothing to say\n", path);
  for (const auto& warning : warnings) {
    const auto& row = row_of(warning.lint);
    const auto text = fmt::format("{} {} {}", warning.text, row.meaning, row.remedy);
    fmt::print("{}: {}\n{}\n", printable(warning.where), row.code, paragraph(printable(text), terminal_width()));
  }
  fmt::print("{} warning{}\n", warnings.size(), warnings.size() == 1 ? "" : "s");
}

void print_json(const std::vector<Warning>& warnings, const std::string& path) {
  json::array list;
  for (const auto& warning : warnings) {
    const auto& row = row_of(warning.lint);
    list.push_back({{"code", row.code},
                    {"where", warning.where},
                    {"text", warning.text},
                    {"meaning", row.meaning},
                    {"remedy", row.remedy}});
  }
  const json::object answer{{"file", path}, {"warnings", std::move(list)}};
  fmt::print("{}\n", json::serialize(answer));
}

int print_warnings(const std::string& path, bool as_json) {
  const auto config = load_or_explain(path);
  if (!config) return exit_bad_input;
  const auto warnings = lint(*config, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  as_json ? print_json(warnings, path) : print_text(warnings, path);
  return warnings.empty() ? exit_yes : exit_no;
}

}  // namespace

void add_lint(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string config;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("lint",
                                     "Names what a valid configuration still leaves to be done. Exit 0 nothing, 1 "
                                     "warnings, 2 it does not load.");
  command->add_option("config", options->config, "The configuration file")->required();
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback(
      [options, &chosen] { chosen = [options] { return print_warnings(options->config, options->json); }; });
}

}  // namespace shirgate
