#include "audit/replay.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/log_options.hpp"
#include "cli/progress_bar.hpp"
#include "cli/replay_text.hpp"
#include "cli/terminal_text.hpp"

namespace shirgate {
namespace {

struct Options {
  LogOptions log;
  std::string config;
  bool json = false;
};

int replay(const Options& options) {
  const auto filter = filter_or_explain(options.log);
  LogReader reader;
  if (!filter || !add_or_explain(reader, options.log)) return exit_bad_input;
  const auto config = load_or_explain(options.config);
  if (!config) return exit_bad_input;
  Replay replay(*config->policy, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  {
    ProgressBar bar;
    reader.read(
        [&](const LogLine& line) {
          if (filter->takes(line)) replay.add(line);
        },
        [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
  }
  fmt::print("{}", options.json ? replay_as_json(replay) : replay_as_text(replay, terminal_width()));
  const auto told = tell_troubles(reader.troubles());
  return replay.would_refuse().none() ? told : exit_no;
}

}  // namespace

void add_replay(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "replay",
      "What a new configuration would have done to what is in audit logs. Of first bytes it judges TLS versions, ALPN, "
      "server names and ECH, and that it was no TLS; the log does not say what came inside a TDS login. Exit 0 nothing "
      "that passed would be refused, "
      "1 something would or lines could not be read, 2 bad input.");
  add_log_options(*command, options->log);
  command->add_option("--config", options->config, "The new configuration")->required();
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

}  // namespace shirgate
