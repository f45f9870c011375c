#include "lab.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <stdexcept>

#include "patience.hpp"

namespace shirgate::wire {
namespace {

std::string fresh_directory() {
  auto path = (std::filesystem::temp_directory_path() / "shirgate-wire-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return path;
}

std::string dial_table(const LabSetup& setup) {
  std::string text = "[lab]\nenabled = true\n[lab.dial]\n";
  for (const auto& [target, port] : setup.dials) text += fmt::format("\"{}\" = \"127.0.0.1:{}\"\n", target, port);
  return text;
}

Config load_or_throw(const std::string& text) {
  auto config = load(text, "lab.toml");
  if (config.has_value()) return *std::move(config);
  std::string all = "the test's configuration is wrong:";
  for (const auto& mistake : config.error()) all += '\n' + to_string(mistake);
  throw std::runtime_error(all);
}

}  // namespace

std::string asking(std::uint16_t dns_port) { return fmt::format("servers = [\"127.0.0.1:{}\"]\n", dns_port); }

Lab::Lab(LabSetup setup) : setup_(std::move(setup)), directory_(fresh_directory()), trail_(directory_.string()) {
  auto started = Gate::start(config());
  if (started.has_error()) throw std::runtime_error(started.error().text());
  gate_ = *std::move(started);
}

Lab::~Lab() {
  gate_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Config Lab::config_with_rules(const std::string& rules) const {
  auto setup = setup_;
  setup.rules = rules;
  return config_from(setup);
}

Config Lab::config_with_runtime(const std::string& keys) const {
  auto setup = setup_;
  setup.runtime = keys;
  return config_from(setup);
}

Config Lab::config_from(const LabSetup& setup) const {
  return load_or_throw(
      fmt::format("[gate]\nlisten = [\"127.0.0.1:0\"]\n{}\n"
                  "[audit]\ndirectory = \"{}\"\ngroup_ms = 5\n{}\n"
                  "[[runtime]]\nname = \"contoso\"\nclients = [\"127.0.0.1/32\"]\n"
                  "factory = \"contoso\"\nregion = \"westeurope\"\n{}\n"
                  "{}\n{}\n[dns]\n{}\n{}",
                  setup.gate, directory_.string(), setup.audit, setup.runtime, setup.rules, setup.doors, setup.dns,
                  dial_table(setup)));
}

bool Lab::finish() {
  const bool empty = wait_until([this] { return gate_->connections() == 0; });
  gate_->stop(std::chrono::milliseconds(0));
  // The journal writes behind the workers; its last line is `stop`, and the end of the gate makes it hurry.
  gate_.reset();
  return trail_.shows("stop") && empty;
}

}  // namespace shirgate::wire
