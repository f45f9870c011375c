#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "config/lint.hpp"
#include "config/load.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

std::vector<Warning> warnings_of(const Config& config) {
  return lint(config, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

/// What must not be overlooked although the file is good.
void print_notes(const std::string& path, const std::vector<Warning>& warnings) {
  for (const auto& warning : warnings)
    if (warning.lint == Lint::denies_everything || warning.lint == Lint::report_mode_on)
      fmt::print("{}: {}. {}\n", warning.where, row_of(warning.lint).code, warning.text);
  if (!warnings.empty())
    fmt::print("{} warning{}: shirgate lint {}\n", warnings.size(), warnings.size() == 1 ? "" : "s", path);
}

int answer_in_json(const std::string& path, const boost::system::result<Config, Mistakes>& loaded) {
  json::array mistakes;
  if (loaded.has_error())
    for (const auto& mistake : loaded.error())
      mistakes.push_back({{"file", mistake.file}, {"line", mistake.line}, {"text", mistake.text}});
  json::object answer{{"file", path}, {"valid", loaded.has_value()}, {"mistakes", std::move(mistakes)}};
  if (loaded.has_value()) {
    answer["runtimes"] = loaded->policy->runtimes().size();
    answer["rules"] = loaded->policy->rules().size();
    answer["policy"] = loaded->policy->fingerprint();
    answer["warnings"] = warnings_of(*loaded).size();
  }
  fmt::print("{}\n", json::serialize(answer));
  return loaded.has_value() ? exit_yes : exit_bad_input;
}

int check(const std::string& path, bool as_json) {
  const auto loaded = load_file(path);
  if (as_json) return answer_in_json(path, loaded);
  if (loaded.has_error()) {
    for (const auto& mistake : loaded.error()) fmt::print(stderr, "{}\n", to_string(mistake));
    fmt::print(stderr, "{} mistake{}\n", loaded.error().size(), loaded.error().size() == 1 ? "" : "s");
    return exit_bad_input;
  }
  const auto& policy = *loaded->policy;
  fmt::print("{}: good. {} runtime{}, {} rule{}, policy {}\n", path, policy.runtimes().size(),
             policy.runtimes().size() == 1 ? "" : "s", policy.rules().size(), policy.rules().size() == 1 ? "" : "s",
             policy.fingerprint());
  print_notes(path, warnings_of(*loaded));
  return exit_yes;
}

}  // namespace

void add_check(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string config;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("check", "Reads a configuration and names every mistake. Exit 0 good, 2 not.");
  command->add_option("config", options->config, "The configuration file")->required();
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return check(options->config, options->json); }; });
}

}  // namespace shirgate
