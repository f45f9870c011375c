#include <fmt/format.h>

#include <csignal>

#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "proxy/gate/gate.hpp"
#include "proxy/operational_log.hpp"
#include "version.hpp"

namespace shirgate {
namespace {

/// Signals are taken by the main thread in one place. To be called before any thread starts, so that all inherit it.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

bool lab_is_asked_for_twice(const Config& config, bool lab) {
  if (config.settings.lab_enabled == lab) return true;
  fmt::print(stderr, "{}\n",
             lab ? "serve --lab needs [lab] enabled = true in the configuration as well"
                 : "[lab] is enabled in the configuration; start a lab with serve --lab, or remove it");
  return false;
}

/// Whatever is wrong with the new file, the gate goes on with the old one.
void reload(Gate& gate, const std::string& path) try {
  auto config = load_file(path);
  if (config.has_error()) {
    for (const auto& mistake : config.error()) operational_log::error(to_string(mistake));
    operational_log::error(fmt::format("{} has mistakes; the configuration in force stays", path));
    return;
  }
  const auto reloaded = gate.reload(*std::move(config));
  if (reloaded.has_error())
    operational_log::error(fmt::format("{}; the configuration in force stays", reloaded.error().text()));
  else
    operational_log::info(fmt::format("{} is in force", path));
} catch (const std::exception& error) {
  operational_log::error(fmt::format("reading {} threw: {}; the configuration in force stays", path, error.what()));
}

int serve(const std::string& path, bool lab) {
  const auto signals = block_signals();
  auto config = load_or_explain(path);
  if (!config || !lab_is_asked_for_twice(*config, lab)) return exit_bad_input;
  auto started = Gate::start(*std::move(config));
  if (started.has_error()) {
    fmt::print(stderr, "{}\n", started.error().text());
    return exit_bad_input;
  }
  auto& gate = **started;
  for (const auto& endpoint : gate.listening())
    operational_log::info(fmt::format("shirgate {} listens on {}", version, to_string(endpoint)));
  if (lab) operational_log::warning("this is a lab: [lab] dial replaces what is dialled");
  for (int signal = 0;;) {
    sigwait(&signals, &signal);
    if (signal != SIGHUP) break;
    reload(gate, path);
  }
  operational_log::info("stopping; open tunnels get their drain time");
  gate.stop();
  return exit_yes;
}

}  // namespace

void add_serve(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string config;
    bool lab = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("serve", "Runs the gate. SIGHUP reloads the configuration, SIGTERM drains and stops.");
  command->add_option("--config", options->config, "The configuration file")->required();
  command->add_flag("--lab", options->lab,
                    "Allow [lab] in the configuration: loopback listeners and dial replacements");
  command->callback([options, &chosen] { chosen = [options] { return serve(options->config, options->lab); }; });
}

}  // namespace shirgate
