#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "config/load_catalogue.hpp"
#include "config/load_ingresses.hpp"
#include "config/load_policy.hpp"
#include "config/load_settings.hpp"
#include "config/load_sinks.hpp"
#include "config/parse_toml.hpp"
#include "config/read_config.hpp"
#include "config/read_file.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 20;

void check_that_clients_reach_a_listener(const Config& config, TableReader& file) {
  const auto& listeners = config.settings.listen;
  if (listeners.empty()) return;  // already a mistake
  for (const auto& runtime : config.policy->runtimes())
    for (const auto& range : runtime.clients)
      if (std::none_of(listeners.begin(), listeners.end(),
                       [&](const Endpoint& endpoint) { return can_reach(range, endpoint.address); }))
        file.complain("gate", fmt::format("[gate] listen has no address that the clients {} of runtime '{}' can reach",
                                          to_string(range), runtime.name.text()));
}

/// The catalogue the settings name, beside the configuration where its path is relative; or the compiled-in one.
boost::system::result<CataloguePtr, Mistakes> catalogue_of(const Settings& settings, std::string_view file_name) {
  if (settings.catalogue_file.empty() || settings.catalogue_sha256.empty()) return builtin_catalogue();
  const auto beside = std::filesystem::path(file_name).parent_path() / settings.catalogue_file;
  return load_catalogue(beside.string(), settings.catalogue_sha256);
}

}  // namespace

std::string to_string(const Mistake& mistake) {
  if (mistake.line == 0) return fmt::format("{}: {}", mistake.file, mistake.text);
  return fmt::format("{}:{}: {}", mistake.file, mistake.line, mistake.text);
}

boost::system::result<Config, Mistakes> read_config(TableReader& file, std::string_view file_name, Time now) {
  Config config{.settings = load_settings(file)};
  auto catalogue = catalogue_of(config.settings, file_name);
  if (catalogue.has_error()) {
    auto all = file.mistakes().take();
    for (auto& mistake : std::move(catalogue).error()) all.push_back(std::move(mistake));
    return all;
  }
  config.catalogue = *std::move(catalogue);
  load_policy(file, now, config);
  load_ingresses(file, config);
  load_sinks(file, config.settings);
  file.refuse_the_rest();
  check_that_clients_reach_a_listener(config, file);
  if (!file.mistakes().empty()) return file.mistakes().take();
  return config;
}

boost::system::result<Config, Mistakes> load(std::string_view text, std::string_view file_name, Time now) {
  MistakeList mistakes(file_name);
  if (text.size() > max_text_bytes) {
    mistakes.add(0, "the file is larger than 1 MiB; that can't be a configuration");
    return mistakes.take();
  }
  const auto root = parse_toml(text, mistakes);
  if (!root) return mistakes.take();
  TableReader file(*root, "the file", mistakes);
  return read_config(file, file_name, now);
}

boost::system::result<Config, Mistakes> load(std::string_view text, std::string_view file_name) {
  return load(text, file_name, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

boost::system::result<Config, Mistakes> load_file(const std::string& path) {
  const auto text = read_trusted_file(path, max_text_bytes);
  if (text.has_error()) return Mistakes{{path, 0, text.error().text()}};
  return load(*text, path);
}

}  // namespace shirgate
