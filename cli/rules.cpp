#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

std::string must_resolve_to(const Rule& rule) {
  std::string text;
  for (const auto& range : rule.addresses) text += (text.empty() ? "" : " ") + to_string(range);
  return text.empty() ? "public" : text;
}

std::string expiry(const Rule& rule) {
  return rule.expires ? fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(*rule.expires)))
                      : "";
}

json::object to_json(const Rule& rule) {
  json::array addresses;
  for (const auto& range : rule.addresses) addresses.emplace_back(to_string(range));
  json::object object{{"rule", rule.name.text()},
                      {"runtime", rule.runtime.text()},
                      {"channel", rule.channel.text()},
                      {"host", rule.pattern.text()},
                      {"port", rule.port},
                      {"protocol", to_string(rule.protocol)},
                      {"addresses", addresses},
                      {"origin", rule.provenance.origin},
                      {"purpose", rule.provenance.purpose},
                      {"source", rule.provenance.source}};
  if (rule.expires) object["expires"] = expiry(rule);
  if (!rule.ticket.empty()) object["ticket"] = rule.ticket;
  return object;
}

int print_rules(const std::string& path, const std::string& format) {
  const auto config = load_or_explain(path);
  if (!config) return exit_bad_input;
  const auto rules = config->policy->rules();
  if (format == "json") {
    json::array list;
    for (const auto& rule : rules) list.push_back(to_json(rule));
    fmt::print("{}\n", json::serialize(list));
    return exit_yes;
  }
  Table table({{"RUNTIME"},
               {"CHANNEL"},
               {"HOST"},
               {"PORT", Align::right},
               {"MUST RESOLVE TO", Align::left, true},
               {"FROM", Align::left, true},
               {"WHY", Align::left, true}});
  for (const auto& rule : rules)
    table.add({std::string(rule.runtime.text()), std::string(rule.channel.text()), rule.pattern.text(),
               std::to_string(rule.port), must_resolve_to(rule), rule.provenance.origin, rule.provenance.purpose});
  fmt::print("{}", table.text(terminal_width()));
  return exit_yes;
}

}  // namespace

void add_rules(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string config;
    std::string format = "table";
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("rules", "Prints the allowlist a configuration comes to, each rule with its source.");
  command->add_option("config", options->config, "The configuration file")->required();
  command->add_option("--format", options->format, "table or json")->check(CLI::IsMember({"table", "json"}));
  command->add_flag("--json", options->json, "The same as --format json");
  command->callback([options, &chosen] {
    chosen = [options] { return print_rules(options->config, options->json ? "json" : options->format); };
  });
}

}  // namespace shirgate
