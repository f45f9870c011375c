#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <map>

#include "cli/commands.hpp"
#include "cli/init_answers.hpp"
#include "cli/init_files.hpp"
#include "cli/init_status.hpp"
#include "cli/init_text.hpp"
#include "cli/table.hpp"
#include "config/load_catalogue.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::size_t max_status_bytes = std::size_t{1} << 20;

struct Options {
  std::map<std::string_view, adf::Texts> inputs;  ///< by key of [[runtime]]
  std::string key_file;
  std::string key_on_standard_input;
  std::string status;
  std::string name;
  adf::Texts clients;
  adf::Texts listen;
  std::string audit_directory;
  adf::Texts tickets;
  std::string output;
  bool force = false;
  bool json = false;
};

/// What the command line takes for a row: a list's option names one entry.
std::string option_of(const adf::InputRow& row) {
  std::string name = "--" + std::string(row.key);
  std::replace(name.begin(), name.end(), '_', '-');
  if (std::holds_alternative<adf::Texts adf::Factory::*>(row.field)) name.pop_back();
  return name;
}

/// Private Link is a table, written by hand. --key-vault names a vault, which says that vaults are used.
bool has_option(const adf::InputRow& row) { return row.key != "private_link" && row.key != "key_vault"; }

/// What cannot be answered whatever the sources say.
adf::Texts judge_command_line(const Options& options, const adf::Texts& unexpected) {
  if (!options.key_on_standard_input.empty() && options.key_on_standard_input != "-")
    return {std::string(key_on_the_command_line)};
  adf::Texts complaints;
  for (const auto& text : unexpected)
    complaints.push_back(fmt::format("'{}' is not an option of init", printable(text)));
  if (!options.key_file.empty() && !options.key_on_standard_input.empty())
    complaints.emplace_back("--ir-key-file and --ir-key: one key is enough");
  if (!options.key_on_standard_input.empty() && options.status == "-")
    complaints.emplace_back("--ir-key - and --status -: there is one standard input; give one of them as a file");
  if (options.force && options.output.empty()) complaints.emplace_back("--force needs -o FILE");
  return complaints;
}

void read_key_into(InitAnswers& answers, const Options& options, const adf::Catalogue& catalogue) {
  const auto& path = options.key_file.empty() ? options.key_on_standard_input : options.key_file;
  if (path.empty()) return;
  const auto facts = read_key(path, catalogue);
  if (facts.has_value()) return say_key(answers, *facts);
  answers.complaints.push_back(fmt::format("{}: {}", path == "-" ? "standard input" : path, facts.error().text()));
}

void read_tickets_into(InitAnswers& answers, const Options& options, const adf::Catalogue& catalogue) {
  for (const auto& text : options.tickets) {
    const auto equals = text.find('=');
    const auto channel = text.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == text.size() || catalogue.channel(channel) == nullptr)
      answers.complaints.push_back(
          fmt::format("--multi-tenant-ack: '{}' is not CHANNEL=TICKET, like relay=CHG-1200", printable(text)));
    else
      answers.tickets[channel] = text.substr(equals + 1);
  }
}

void read_status_into(InitAnswers& answers, const Options& options, const adf::Catalogue& catalogue) {
  if (options.status.empty()) return;
  const auto text = read_source(options.status, max_status_bytes);
  if (text.has_value()) return say_status(answers, *text, catalogue);
  answers.complaints.push_back(fmt::format("{}: {}", options.status, text.error().text()));
}

/// The order gives the weight: a key tells what is, flags what is wanted, and the status only what nobody said.
InitAnswers gather(const Options& options, const adf::Catalogue& catalogue) {
  InitAnswers answers{.name = options.name, .clients = options.clients, .listen = options.listen};
  if (!options.audit_directory.empty()) answers.audit_directory = options.audit_directory;
  read_key_into(answers, options, catalogue);
  for (const auto& row : adf::input_table())
    if (const auto given = options.inputs.find(row.key); given != options.inputs.end() && !given->second.empty())
      say(answers, row.key, given->second, option_of(row), Weight::binding);
  read_tickets_into(answers, options, catalogue);
  read_status_into(answers, options, catalogue);
  complete(answers, catalogue);
  return answers;
}

int refuse(const adf::Texts& complaints, bool as_json) {
  json::array listed;
  for (const auto& text : complaints) {
    fmt::print(stderr, "{}\n", text);
    listed.push_back(json::object{{"text", text}});
  }
  if (as_json) fmt::print("{}\n", json::serialize(json::object{{"mistakes", std::move(listed)}}));
  return exit_bad_input;
}

/// What `check` would say to the text, in words that make sense before the text is a file.
adf::Texts mistakes_in(const std::string& text, const InitAnswers& answers) {
  const auto loaded = load(text, "init");
  if (loaded.has_value()) return {};
  adf::Texts complaints;
  for (const auto& mistake : loaded.error()) complaints.push_back(mistake.text);
  if (!answers.inputs.contains("factory") && !answers.inputs.contains("key_form"))
    complaints.emplace_back(
        "The IR key knows the factory and its region: --ir-key-file FILE. Or say --factory and --region.");
  return complaints;
}

void print_unknown(const InitAnswers& answers) {
  for (const auto& note : answers.notes) fmt::print(stderr, "note: {}\n", note);
  if (answers.unknown.empty()) return;
  fmt::print(stderr, "could not know:\n");
  for (const auto& one : answers.unknown) fmt::print(stderr, "  {}: {}\n", one.key, one.what_to_do);
}

void print_json(const Options& options, const std::string& text, const InitAnswers& answers) {
  json::array unknown;
  for (const auto& one : answers.unknown) unknown.push_back({{"key", one.key}, {"what_to_do", one.what_to_do}});
  json::array notes;
  for (const auto& note : answers.notes) notes.emplace_back(note);
  json::object answer{{"config", text}, {"unknown", std::move(unknown)}, {"notes", std::move(notes)}};
  if (!options.output.empty()) answer["file"] = options.output;
  fmt::print("{}\n", json::serialize(answer));
}

bool has_placeholders(const InitAnswers& answers) {
  return std::any_of(answers.unknown.begin(), answers.unknown.end(),
                     [](const Unknown& one) { return one.key == "listen" || one.key == "clients"; });
}

int init(const Options& options, const adf::Texts& unexpected) {
  if (const auto complaints = judge_command_line(options, unexpected); !complaints.empty())
    return refuse(complaints, options.json);
  const auto answers = gather(options, *builtin_catalogue());
  if (!answers.complaints.empty()) return refuse(answers.complaints, options.json);
  const auto text = init_text(answers);
  if (const auto mistakes = mistakes_in(text, answers); !mistakes.empty()) return refuse(mistakes, options.json);
  if (!options.output.empty()) {
    const auto written = write_configuration(options.output, text, options.force ? Existing::replace : Existing::keep);
    if (written.has_error())
      return refuse({fmt::format("{}: {}", options.output, written.error().text())}, options.json);
  }
  if (options.json)
    print_json(options, text, answers);
  else if (options.output.empty())
    fmt::print("{}", text);
  else
    fmt::print("{}: written{}. \"shirgate rules {}\" prints what it lets out.\n", options.output,
               has_placeholders(answers) ? "; replace its placeholders, named below, before you use it"
                                         : ", and good as it is",
               options.output);
  if (!options.json) print_unknown(answers);
  if (std::fflush(stdout) == 0) return exit_yes;
  return refuse({"standard output can't be written"}, false);
}

void add_input(CLI::App& command, const adf::InputRow& row, Options& options) {
  constexpr auto group = "What the runtime is and uses";
  if (!has_option(row)) return;
  auto& values = options.inputs[row.key];
  const auto name = option_of(row);
  const auto meaning = meaning_of(row);
  if (!std::holds_alternative<bool adf::Factory::*>(row.field)) {
    auto* option = command.add_option(name, values, meaning)->group(group);
    if (!std::holds_alternative<adf::Texts adf::Factory::*>(row.field)) option->expected(1);
    return;
  }
  const auto set = [&values](const char* word) { return [&values, word](std::int64_t) { values.emplace_back(word); }; };
  command.add_flag_function(name, set("true"), meaning)->group(group);
  // Only what is true by default needs a way to say no.
  if (values_or_default({}, row).front() == "true")
    command.add_flag_function("--no-" + name.substr(2), set("false"), "The opposite of " + name)->group(group);
}

}  // namespace

void add_init(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "init", "Writes a commented configuration from the IR key, the status and flags. Exit 0 written, 2 not.");
  command->add_option("--ir-key-file", options->key_file,
                      "A file or pipe with the integration runtime's key; only what it says of the factory is kept");
  command->add_option("--ir-key", options->key_on_standard_input, "Only -: the key comes on standard input");
  command->add_option("--status", options->status, "What getStatus answered, as JSON; - is standard input");
  command->add_option("--name", options->name, "How the runtime is called in the audit log; else as the factory");
  command->add_option("--client", options->clients, "Ranges of addresses the nodes connect from");
  command->add_option("--listen", options->listen, "ADDRESS:PORT of the gate, where SHIR's proxy setting points");
  command->add_option("--audit-directory", options->audit_directory, "Where the audit log is written");
  command->add_option("--multi-tenant-ack", options->tickets,
                      "CHANNEL=TICKET accepts a wildcard below which anybody can rent a name");
  command->add_option("-o,--output", options->output, "The file to write, instead of standard output");
  command->add_flag("--force", options->force, "Replace that file where it is there");
  command->add_flag("--json", options->json, "Answer as one JSON object");
  for (const auto& row : adf::input_table()) add_input(*command, row, *options);
  // Left to the parser, an unexpected word is printed; it may be a key.
  command->allow_extras();
  command->callback([options, command, &chosen] {
    chosen = [options, unexpected = command->remaining()] { return init(*options, unexpected); };
  });
}

}  // namespace shirgate
