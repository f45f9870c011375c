// shirgate: the egress gate for the Azure Data Factory self-hosted integration runtime.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "cli/commands.hpp"
#include "version.hpp"

int main(int argc, char** argv) try {
  // Before any command sees its arguments, because an error message repeats what it does not understand.
  if (std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word.find("IR@") != word.npos; })) {
    fmt::print(stderr, "{}\n", shirgate::key_on_the_command_line);
    return shirgate::exit_bad_input;
  }
  CLI::App app("The egress gate for the Azure Data Factory self-hosted integration runtime (SHIR).", "shirgate");
  app.set_version_flag("--version", fmt::format("shirgate {}", shirgate::version));
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  shirgate::Chosen chosen;
  shirgate::add_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? shirgate::exit_yes : shirgate::exit_bad_input;
  }
  return chosen();
} catch (const std::exception& error) {
  fmt::print(stderr, "shirgate: {}\n", error.what());
  return shirgate::exit_bad_input;
}
