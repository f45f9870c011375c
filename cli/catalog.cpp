#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/catalog_text.hpp"
#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/terminal_text.hpp"
#include "config/load_catalogue.hpp"
#include "config/read_file.hpp"
#include "policy/adf/derive.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::size_t max_inputs_bytes = 65536;

struct Options {
  std::string config;
  std::string inputs;
  bool json = false;
};

/// The catalogue of that configuration, or the compiled-in one.
CataloguePtr catalogue_asked(const std::string& config) {
  if (config.empty()) return builtin_catalogue();
  const auto loaded = load_or_explain(config);
  return loaded ? loaded->catalogue : nullptr;
}

json::object to_json(const adf::CatalogueRow& row) {
  json::array needs;
  for (const auto fact : row.needs) needs.emplace_back(to_string(fact));
  json::array sources;
  for (const auto& source : row.sources) sources.emplace_back(source);
  json::object object{{"id", row.id},
                      {"channel", row.channel},
                      {"pattern", row.pattern},
                      {"pin", row.pin},
                      {"ports", to_string(row.ports)},
                      {"transport", to_string(row.transport)},
                      {"cloud", row.cloud},
                      {"needs", std::move(needs)},
                      {"requirement", row.requirement},
                      {"private_link", row.private_link},
                      {"purpose", row.purpose},
                      {"confidence", row.confidence},
                      {"sources", std::move(sources)}};
  if (!row.note.empty()) object["note"] = row.note;
  return object;
}

void print_json(const adf::Catalogue& catalogue) {
  json::array sources;
  for (const auto& source : catalogue.sources)
    sources.push_back(
        {{"id", source.id}, {"title", source.title}, {"where", source.where}, {"version", source.version}});
  json::array rows;
  for (const auto& row : catalogue.rows) rows.push_back(to_json(row));
  const json::object answer{{"version", catalogue.version}, {"sources", std::move(sources)}, {"rows", std::move(rows)}};
  fmt::print("{}\n", json::serialize(answer));
}

int print_catalogue(const Options& options) {
  const auto catalogue = catalogue_asked(options.config);
  if (catalogue == nullptr) return exit_bad_input;
  if (options.json)
    print_json(*catalogue);
  else
    fmt::print("{}", catalogue_as_text(*catalogue, terminal_width()));
  return exit_yes;
}

int derive_lines(const Options& options) {
  const auto catalogue = catalogue_asked(options.config);
  if (catalogue == nullptr) return exit_bad_input;
  const auto text = read_trusted_file(options.inputs, max_inputs_bytes);
  if (text.has_error()) {
    fmt::print(stderr, "{}: {}\n", options.inputs, text.error().text());
    return exit_bad_input;
  }
  const auto factory = load_inputs(*text, options.inputs, *catalogue);
  if (factory.has_error()) {
    for (const auto& mistake : factory.error()) fmt::print(stderr, "{}\n", to_string(mistake));
    return exit_bad_input;
  }
  json::array lines;
  for (const auto& need : adf::derive(*catalogue, *factory)) lines.emplace_back(adf::to_line(need, *factory));
  if (options.json) {
    fmt::print("{}\n", json::serialize(lines));
    return exit_yes;
  }
  for (const auto& line : lines) fmt::print("{}\n", line.as_string().c_str());
  return exit_yes;
}

}  // namespace

void add_catalog(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("catalog", "Prints what Microsoft documents that SHIR needs, with sources.");
  command->add_option("--config", options->config, "Use the catalogue that this configuration names");
  command->add_flag("--json", options->json, "Answer in JSON");
  command->callback([options, &chosen] {
    if (!chosen) chosen = [options] { return print_catalogue(*options); };
  });
  auto* derive = command->add_subcommand("derive", "Prints the rows that inputs come to, one line each.");
  derive->add_option("inputs", options->inputs, "A TOML file with the catalogue's inputs")->required();
  derive->add_flag("--json", options->json, "Answer in JSON");
  derive->callback([options, &chosen] { chosen = [options] { return derive_lines(*options); }; });
}

}  // namespace shirgate
