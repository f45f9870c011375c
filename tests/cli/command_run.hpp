// A command as somebody runs it, in this process.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace shirgate::test {

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

/// What it says on both streams and ends with. `add` puts the command of that name into a program.
inline Outcome run_command(void (*add)(CLI::App&, Chosen&), const std::string& name,
                           std::vector<std::string> arguments) {
  CLI::App app;
  Chosen chosen;
  add(app, chosen);
  std::reverse(arguments.begin(), arguments.end());
  arguments.push_back(name);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  int code = 0;
  try {
    app.parse(arguments);
    code = chosen();
  } catch (const CLI::ParseError& error) {
    code = app.exit(error) == 0 ? exit_yes : exit_bad_input;
  }
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

}  // namespace shirgate::test
