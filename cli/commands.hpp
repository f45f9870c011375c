// The commands, one file each. Each adds itself to the command line and says what its exit codes mean.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>

namespace shirgate {

/// Exit codes of every command: the answer is yes, the answer is no, the question could not be understood or served.
inline constexpr int exit_yes = 0;
inline constexpr int exit_no = 1;
inline constexpr int exit_bad_input = 2;

/// Set by the command that was called; main runs it after the command line was read.
using Chosen = std::function<int()>;

void add_serve(CLI::App& app, Chosen& chosen);
void add_demo(CLI::App& app, Chosen& chosen);
void add_lab(CLI::App& app, Chosen& chosen);
void add_catalog(CLI::App& app, Chosen& chosen);
void add_init(CLI::App& app, Chosen& chosen);
void add_lint(CLI::App& app, Chosen& chosen);
void add_check(CLI::App& app, Chosen& chosen);
void add_rules(CLI::App& app, Chosen& chosen);
void add_explain(CLI::App& app, Chosen& chosen);
void add_report(CLI::App& app, Chosen& chosen);
void add_replay(CLI::App& app, Chosen& chosen);
void add_learn(CLI::App& app, Chosen& chosen);
void add_verify(CLI::App& app, Chosen& chosen);
void add_shir_config(CLI::App& app, Chosen& chosen);

/// What is said to whoever gives an integration runtime's key as an argument, which every process can read.
inline constexpr std::string_view key_on_the_command_line =
    "a key does not belong on the command line, where every process can read it: make a new one in the portal, and "
    "give it to 'shirgate init' with --ir-key-file FILE or, on standard input, --ir-key -";

/// All of the above. Kept apart from main so that the documents can be compared with it.
void add_commands(CLI::App& app, Chosen& chosen);

}  // namespace shirgate
