// shirgate: the egress gate for the Azure Data Factory self-hosted integration runtime.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "cli/commands.hpp"
#include "version.hpp"

int main(int argc, char** argv) try {
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
