#include "audit/report.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>

#include "audit/log_reader.hpp"
#include "audit/squid_line.hpp"
#include "cli/commands.hpp"
#include "cli/findings.hpp"
#include "cli/follow.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/log_options.hpp"
#include "cli/output_file.hpp"
#include "cli/progress_bar.hpp"
#include "cli/report_formats.hpp"

namespace shirgate {
namespace {

struct Options {
  LogOptions log;
  std::string config;
  std::string format = "text";
  std::string output;
  bool json = false;
  bool follow = false;
};

std::string as_text(const Findings& findings, bool to_file) {
  return report_as_text(findings, to_file ? 120 : terminal_width(), Paint(!to_file && wants_colour()));
}

template <std::string (*write)(const Findings&)>
std::string written_by(const Findings& findings, bool /*unused*/) {
  return write(findings);
}

struct Format {
  std::string_view word;
  std::string (*text)(const Findings&, bool to_file);
  std::string_view meaning;
};
constexpr std::array formats{Format{"text", as_text, "for people"},
                             Format{"json", written_by<report_as_json>, "one object with everything"},
                             Format{"csv", written_by<report_as_csv>, "for spreadsheets"},
                             Format{"html", written_by<report_as_html>, "one page with charts, which opens offline"}};
constexpr std::string_view squid = "squid";

void sum_up(const Options& options, const LogFilter& filter, const Config* config, LogReader& reader,
            const OutputFile& output) {
  Report report(filter);
  {
    ProgressBar bar;
    reader.read([&](const LogLine& line) { report.add(line); },
                [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
  }
  report.finish();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto findings = find(report, reader.troubles(), config, now);
  const auto word = options.json ? "json" : std::string_view(options.format);
  for (const auto& format : formats)
    if (format.word == word) output.write(format.text(findings, !options.output.empty()));
}

void stream_squid_lines(const LogFilter& filter, LogReader& reader, const OutputFile& output) {
  ProgressBar bar;
  reader.read(
      [&](const LogLine& line) {
        if (filter.takes(line)) output.write(squid_line(line));
      },
      [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); });
}

int report(const Options& options) {
  const auto filter = filter_or_explain(options.log);
  if (!filter) return exit_bad_input;
  LogReader reader;
  if (!add_or_explain(reader, options.log)) return exit_bad_input;
  if (options.follow) return follow(options.log.directories, *filter);
  std::optional<Config> config;
  if (!options.config.empty() && !(config = load_or_explain(options.config))) return exit_bad_input;
  auto output = OutputFile::open(options.output, options.log.directories);
  if (output.has_error()) {
    fmt::print(stderr, "{}\n", output.error().text());
    return exit_bad_input;
  }
  if (options.format == squid)
    stream_squid_lines(*filter, reader, *output);
  else
    sum_up(options, *filter, config ? &*config : nullptr, reader, *output);
  if (!output->flush()) {
    fmt::print(stderr, "{}: can't be written: {}\n", options.output.empty() ? "standard output" : options.output,
               std::strerror(errno));
    return exit_bad_input;
  }
  return tell_troubles(reader.troubles());
}

std::string format_help() {
  std::string help = "How to write it:";
  for (const auto& format : formats) help += fmt::format("\n{}: {}", format.word, format.meaning);
  return help + "\nsquid: each request as a line of Squid's access.log";
}

}  // namespace

void add_report(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "report",
      "Sums up audit logs: what left per channel, and what was not let out. Exit 0 all was read, 1 lines or segments "
      "could not be read, 2 bad input.");
  add_log_options(*command, options->log);
  command->add_option("--config", options->config,
                      "A configuration: its rules that nothing used, and what to write into it for what it lacks");
  std::set<std::string> words{std::string(squid)};
  for (const auto& format : formats) words.emplace(format.word);
  auto* format = command->add_option("--format", options->format, format_help())->check(CLI::IsMember(words));
  auto* as_json = command->add_flag("--json", options->json, "The same as --format json")->excludes(format);
  auto* output = command->add_option("-o,--output", options->output, "Write to this file");
  command->add_flag("--follow", options->follow, "Print refusals and openings as they come, until interrupted")
      ->excludes(format)
      ->excludes(as_json)
      ->excludes(output);
  command->callback([options, &chosen] { chosen = [options] { return report(*options); }; });
}

}  // namespace shirgate
