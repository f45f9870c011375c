#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/rule_list_formats.hpp"

namespace shirgate {
namespace {

struct Options {
  std::string config;
  std::string format = "table";
  bool json = false;
  std::vector<std::string> gate;
};

std::optional<std::vector<Address>> gate_addresses(const std::vector<std::string>& texts) {
  std::vector<Address> addresses;
  for (const auto& text : texts) {
    const auto address = parse_address(text);
    if (!address) {
      fmt::print(stderr, "--gate '{}' is not an address; write it like 10.20.0.10, without a port\n", text);
      return std::nullopt;
    }
    addresses.push_back(*address);
  }
  return addresses;
}

int print_rules(const Options& options) {
  const auto gate = gate_addresses(options.gate);
  if (!gate) return exit_bad_input;
  const auto config = load_or_explain(options.config);
  if (!config) return exit_bad_input;
  const auto* format = find_rule_format(options.json ? "json" : options.format);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto text = format->text(*config, *gate, now);
  if (text.has_error()) {
    fmt::print(stderr, "{}\n", text.error().text());
    return exit_bad_input;
  }
  fmt::print("{}", *text);
  return exit_yes;
}

std::set<std::string> format_words() {
  std::set<std::string> words;
  for (const auto& format : rule_formats()) words.emplace(format.word);
  return words;
}

std::string format_help() {
  std::string help = "How to write it:";
  for (const auto& format : rule_formats()) help += fmt::format("\n{}: {}", format.word, format.meaning);
  return help;
}

}  // namespace

void add_rules(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "rules", "Prints the allowlist a configuration comes to, each rule with its source; also for firewalls.");
  command->add_option("config", options->config, "The configuration file")->required();
  command->add_option("--format", options->format, format_help())
      ->check(CLI::IsMember(format_words()).description(""))
      ->type_name("FORMAT");
  command->add_flag("--json", options->json, "The same as --format json");
  command
      ->add_option("--gate", options->gate,
                   "Where clients reach the gate, for firewalls; needed when [gate] listen is a wildcard or loopback")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  command->callback([options, &chosen] { chosen = [options] { return print_rules(*options); }; });
}

}  // namespace shirgate
