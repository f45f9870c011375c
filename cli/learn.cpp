#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "audit/passed.hpp"
#include "cli/commands.hpp"
#include "cli/learned_text.hpp"
#include "cli/log_options.hpp"
#include "cli/output_file.hpp"
#include "cli/progress_bar.hpp"
#include "config/load_catalogue.hpp"

namespace shirgate {
namespace {

struct Options {
  LogOptions log;
  std::string output;
};

int learn(const Options& options) {
  const auto filter = filter_or_explain(options.log);
  LogReader reader;
  if (!filter || !add_or_explain(reader, options.log)) return exit_bad_input;
  Passed passed;
  {
    ProgressBar bar;
    reader.read(
        [&](const LogLine& line) {
          if (filter->takes(line)) passed.add(line);
        },
        [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
  }
  if (passed.tunnels() == 0) {
    fmt::print(stderr, "no tunnel opened in these logs, so there is nothing to learn\n");
    return exit_no;
  }
  auto output = OutputFile::open(options.output, options.log.directories);
  if (output.has_error()) {
    fmt::print(stderr, "{}\n", output.error().text());
    return exit_bad_input;
  }
  output->write(learned_text(passed, *builtin_catalogue()));
  if (!output->flush()) {
    fmt::print(stderr, "{}: can't be written: {}\n", options.output.empty() ? "standard output" : options.output,
               std::strerror(errno));
    return exit_bad_input;
  }
  return tell_troubles(reader.troubles());
}

}  // namespace

void add_learn(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "learn",
      "Writes the configuration that lets exactly that pass which passed, with exact hosts; what needs a ticket is a "
      "comment. Exit 0 written, 1 nothing to learn or lines could not be read, 2 bad input.");
  add_log_options(*command, options->log);
  command->add_option("-o,--output", options->output, "Write to this file");
  command->callback([options, &chosen] { chosen = [options] { return learn(*options); }; });
}

}  // namespace shirgate
