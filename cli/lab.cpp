#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cli/commands.hpp"
#include "cli/lab_matrix.hpp"
#include "cli/lab_text.hpp"
#include "cli/table.hpp"
#include "cli/terminal_text.hpp"
#include "lab/azurite.hpp"
#include "lab/base64.hpp"
#include "lab/builtin_scenarios.hpp"
#include "lab/locked_network.hpp"
#include "lab/scenario_azure.hpp"
#include "lab/scenario_run.hpp"
#include "lab/shared_key.hpp"
#include "lab/supervised.hpp"
#include "lab/tool.hpp"

namespace shirgate {
namespace {

using Permit = std::optional<lab::NamespacePermit>;
using AzuriteOwner = std::unique_ptr<lab::Azurite>;

struct Options {
  std::string scenario;
  std::vector<std::string> without;
  std::string format = "table";
  std::string html;
  std::string azurite;  ///< a program, or built-in; empty: one that is found
  bool json = false;
  bool netns = false;
};

/// Prints its mistakes and returns nothing when there are any.
std::optional<lab::Scenario> find_or_explain(const std::string& word) {
  auto scenario = lab::find_scenario(word);
  if (scenario.has_value()) return *std::move(scenario);
  for (const auto& mistake : scenario.error()) fmt::print(stderr, "{}\n", to_string(mistake));
  return std::nullopt;
}

/// "all", a name or a file; nothing, said on standard error, where it is none of them.
std::vector<lab::Scenario> scenarios_of(const std::string& word) {
  std::vector<lab::Scenario> scenarios;
  if (word == "all") {
    for (const auto& one : lab::builtin_scenarios()) scenarios.push_back(lab::load_builtin(one));
  } else if (auto one = find_or_explain(word)) {
    scenarios.push_back(*std::move(one));
  }
  return scenarios;
}

int list_scenarios(const Options& options) {
  boost::json::array array;
  Table table({{"SCENARIO"}, Table::shrinkable("IS")});
  for (const auto& one : lab::builtin_scenarios()) {
    const auto scenario = lab::load_builtin(one);
    table.add({scenario.name, scenario.title});
    array.push_back({{"name", scenario.name}, {"title", scenario.title}, {"description", scenario.description}});
  }
  if (options.json)
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"scenarios", std::move(array)}}));
  else
    fmt::print("{}", table.text(terminal_width()));
  return exit_yes;
}

int explain_scenario(const Options& options) {
  const auto scenario = find_or_explain(options.scenario);
  if (!scenario) return exit_bad_input;
  fmt::print("{}", explanation_of(*scenario, terminal_width()));
  return exit_yes;
}

bool knows_channels(const std::vector<std::string>& channels) {
  const auto& known = lab::walkable_channels();
  for (const auto& channel : channels) {
    if (std::find(known.begin(), known.end(), channel) != known.end()) continue;
    fmt::print(stderr, "--without {}: no channel of the lab; they are {}\n", channel, fmt::join(known, ", "));
    return false;
  }
  return true;
}

std::string in_format(const Options& options, const ScenarioReports& reports) {
  if (options.json) return reports_as_json(reports);
  if (options.format == "markdown") return reports_as_markdown(reports);
  return reports.size() == 1 ? report_as_text(reports.front(), terminal_width())
                             : reports_as_text(reports, terminal_width());
}

bool no_page_at(const std::string& path) {
  fmt::print(stderr, "--html {}: can't be written; name a file in a folder that is there\n", path);
  return false;
}

/// Before the work, so that it is not done for nothing. Prints why not.
bool has_place_for_page(const std::string& path) {
  std::error_code error;
  const auto folder = std::filesystem::absolute(path, error).parent_path();
  return path.empty() || std::filesystem::is_directory(folder, error) || no_page_at(path);
}

bool write_page(const std::string& path, const ScenarioReports& reports) {
  std::ofstream file(path);
  file << reports_as_html(reports);
  file.close();
  return file || no_page_at(path);
}

/// In the child, before anything else. Prints why not.
bool may_run(const Options& options, Permit& permit) {
  if (!options.netns) return true;
  auto got = lab::NamespacePermit::get();
  if (got.has_value())
    permit = *got;
  else
    fmt::print(stderr, "{}\n", got.error().text());
  return got.has_value();
}

/// The azurite-blob to run; empty where none is asked for or found, or nothing is staged.
std::string azurite_for(const Options& options, const std::vector<lab::Scenario>& scenarios) {
  const bool staged = std::any_of(scenarios.begin(), scenarios.end(), lab::stages);
  if (!staged || options.netns || options.azurite == lab::built_in_storage) return {};
  return options.azurite.empty() ? lab::find_tool("azurite-blob").value_or("") : options.azurite;
}

/// In the child, on its first thread: with that Azurite ends. Prints why not.
bool start_azurite(const Options& options, const std::vector<lab::Scenario>& scenarios, AzuriteOwner& azurite) {
  const auto program = azurite_for(options, scenarios);
  if (program.empty()) return true;
  auto started = lab::Azurite::start(program, lab::staging_account);
  if (started.has_value())
    azurite = *std::move(started);
  else
    fmt::print(stderr, "{}\n", printable(started.error().text()));  // it may quote the program
  return azurite != nullptr;
}

/// On loopback, or, with a permit, in a locked network of its own.
Checked<std::unique_ptr<lab::ScenarioRun>> start(const lab::Scenario& scenario, const Options& options,
                                                 const Permit& permit, const AzuriteOwner& azurite) {
  const std::set<std::string> without(options.without.begin(), options.without.end());
  if (!permit) return lab::ScenarioRun::start(scenario, without, nullptr, azurite.get());
  auto network = lab::LockedNetwork::make(*permit, lab::line_of(scenario.network));
  if (network.has_error()) return network.error();
  return lab::ScenarioRun::start(scenario, without, *std::move(network));
}

/// In the child: everything it makes is below its directory, or in namespaces that nobody else holds.
int run_here(const Options& options, const std::vector<lab::Scenario>& scenarios) {
  Permit permit;
  AzuriteOwner azurite;
  if (!may_run(options, permit) || !start_azurite(options, scenarios, azurite)) return exit_bad_input;
  ScenarioReports reports;
  for (const auto& scenario : scenarios) {
    auto run = start(scenario, options, permit, azurite);
    if (run.has_error()) {
      fmt::print(stderr, "{}: {}\n", scenario.name, run.error().text());
      return exit_bad_input;
    }
    reports.push_back((*run)->run());
  }
  fmt::print("{}", in_format(options, reports));
  if (!options.html.empty() && !write_page(options.html, reports)) return exit_bad_input;
  const bool held =
      std::all_of(reports.begin(), reports.end(), [](const auto& report) { return report.broken() == 0; });
  return held ? exit_yes : exit_no;
}

int say_how_it_ended(const lab::Ended& ended, int when_interrupted) {
  if (ended.exit_code) return *ended.exit_code;
  if (ended.interrupted) return when_interrupted;
  fmt::print(stderr, "the lab crashed; nothing of it is left\n");
  return exit_bad_input;
}

/// Prints why not.
bool go_together(const Options& options) {
  const bool clash = options.netns && !options.azurite.empty() && options.azurite != lab::built_in_storage;
  if (clash)
    fmt::print(stderr, "--azurite {}: with --netns the built-in storage is used; leave out one of the two\n",
               options.azurite);
  return !clash;
}

int run_scenarios(const Options& options) {
  const auto scenarios = scenarios_of(options.scenario);
  if (scenarios.empty() || !knows_channels(options.without) || !go_together(options)) return exit_bad_input;
  if (!has_place_for_page(options.html)) return exit_bad_input;
  return say_how_it_ended(lab::run_supervised([&] { return run_here(options, scenarios); }), exit_bad_input);
}

void print_place(const lab::ScenarioRun& run, const lab::Azurite* azurite) {
  const auto& scenario = run.scenario();
  const auto gate = to_string(run.gate_address());
  const auto log = std::filesystem::temp_directory_path() / lab::log_of_child;
  fmt::print("{}: {}\n\nproxy   http://{}\nCA      {}\naudit   {}\nlog     {}\n", scenario.name, scenario.title, gate,
             run.ca_path(), run.audit_directory(), log.string());
  if (const auto door = run.door())
    fmt::print("SQL     {} stands for the server of the [[forward]]\n", to_string(*door));
  if (azurite != nullptr)
    fmt::print("storage {}, AccountKey={}\n", azurite->name(), lab::base64(lab::pretend_account_key));
  Table table({{"CHANNEL"}, {"NAME"}, {"LEADS TO"}});
  for (const auto& site : run.azure().sites()) {
    if (site.channel == lab::stranger_channel) continue;
    const auto answers = scenario.network.answers.find(site.host);
    table.add({site.channel, site.target(),
               answers == scenario.network.answers.end() ? site.address : to_string(answers->second.front())});
  }
  fmt::print("\nThe pretend Azure behind it:\n\n{}\n", table.text(terminal_width()));
  const auto* locked = run.network().locked();
  const auto way = locked == nullptr ? std::string() : locked->way_to(lab::Place::shir) + " ";
  if (locked != nullptr)
    fmt::print("Nothing but the gate leads out of the node's network. To be in it:\n\n  {}bash\n\n", way);
  fmt::print(
      "Try, with that proxy and that CA:\n\n  {0}curl --cacert {1} -x http://{2} https://{3}/heartbeat\n  {0}env "
      "HTTPS_PROXY=http://{2} SSL_CERT_FILE={1} your-own-client\n\nCtrl-C ends it and removes everything.\n",
      way, run.ca_path(), gate, run.azure().site("control").host);
  std::fflush(stdout);
}

/// For ever: what tries to get out past the gate, as soon as it does.
void watch_strays(const lab::ScenarioNetwork& network) {
  std::set<std::string> known;
  for (;; std::this_thread::sleep_for(std::chrono::seconds(1))) {
    for (const auto& stray : network.strays().tried) {
      const auto line = where_to(stray);
      if (known.insert(line).second) fmt::print("tried to get out past the gate: {}\n", line);
    }
    std::fflush(stdout);
  }
}

int stay_here(const Options& options, const lab::Scenario& scenario) {
  Permit permit;
  AzuriteOwner azurite;
  if (!may_run(options, permit) || !start_azurite(options, {scenario}, azurite)) return exit_bad_input;
  auto run = start(scenario, options, permit, azurite);
  if (run.has_error()) {
    fmt::print(stderr, "{}: {}\n", scenario.name, run.error().text());
    return exit_bad_input;
  }
  print_place(**run, azurite.get());
  if (permit) watch_strays((*run)->network());
  for (;;) ::pause();
}

int keep_up(const Options& options) {
  const auto scenario = find_or_explain(options.scenario);
  if (!scenario || !go_together(options)) return exit_bad_input;
  return say_how_it_ended(lab::run_supervised([&] { return stay_here(options, *scenario); }), exit_yes);
}

using OptionsPointer = std::shared_ptr<Options>;

CLI::App* add_one(CLI::App& lab, Chosen& chosen, const OptionsPointer& options, const char* name, const char* help,
                  int (*call)(const Options&)) {
  auto* command = lab.add_subcommand(name, help);
  command->callback([options, &chosen, call] { chosen = [options, call] { return call(*options); }; });
  return command;
}

}  // namespace

void add_lab(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<Options>();
  auto* lab =
      app.add_subcommand("lab", "A locked-down network to run, break and learn from, in one process, on loopback.");
  lab->require_subcommand(1);
  constexpr const char* netns_help =
      "In network namespaces, where only the gate leads out and what tries to get past it is counted; as root, or "
      "where users may make namespaces";
  constexpr const char* azurite_help =
      "An azurite-blob that stores what is staged, or built-in; without it one of $PATH, /usr/sbin or /sbin, else "
      "built-in";
  constexpr const char* which = "The name of a scenario, or a file like ./mine.toml";

  auto* list = add_one(*lab, chosen, options, "list", "Names the scenarios.", list_scenarios);
  list->add_flag("--json", options->json, "Answer as one JSON object");

  auto* run =
      add_one(*lab, chosen, options, "run",
              "Runs a scenario: what works for the integration runtime, what is degraded or blocked and why. Exit 0 "
              "if everything it states held, 1 if not.",
              run_scenarios);
  run->add_option("scenario", options->scenario, "The name of a scenario, a file like ./mine.toml, or all")->required();
  run->add_option("--without", options->without, "Take a channel's rules away first, to see what breaks")
      ->expected(1, -1);
  run->add_option("--format", options->format, "table or markdown")->check(CLI::IsMember({"table", "markdown"}));
  run->add_option("--html", options->html, "Write the answer as a page to this file as well");
  run->add_flag("--json", options->json, "Answer as one JSON object");
  run->add_flag("--netns", options->netns, netns_help);
  run->add_option("--azurite", options->azurite, azurite_help);

  auto* up =
      add_one(*lab, chosen, options, "up", "Keeps a scenario running for a client of your own, until Ctrl-C.", keep_up);
  up->add_option("scenario", options->scenario, which)->required();
  up->add_flag("--netns", options->netns, netns_help);
  up->add_option("--azurite", options->azurite, azurite_help);

  auto* explain =
      add_one(*lab, chosen, options, "explain", "Says in words what a scenario is and states.", explain_scenario);
  explain->add_option("scenario", options->scenario, which)->required();
}

}  // namespace shirgate
