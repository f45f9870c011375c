#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "config/load_policy.hpp"
#include "config/parse_toml.hpp"
#include "config/read_config.hpp"
#include "config/read_file.hpp"
#include "config/read_scenario.hpp"
#include "config/scenario.hpp"

namespace shirgate::lab {
namespace {

constexpr std::size_t max_scenario_bytes = std::size_t{1} << 20;
constexpr auto reporting_days = std::chrono::days(7);
constexpr std::string_view own_place = "127.0.0.1:0";

/// What the lab decides itself, and what a scenario writes instead.
struct Ours {
  std::string_view section;
  std::string_view key;
  std::string_view instead;
};
constexpr std::array ours{
    Ours{"gate", "listen", "the lab listens on a free port of 127.0.0.1; remove it"},
    Ours{"audit", "directory", "the lab keeps the log in a directory of its own; remove it"},
    Ours{"dns", "servers", "the lab is the name server; write [network] dns or [network.answers]"},
    Ours{"dns", "hosts", "the lab is the name server; write these under [network.answers]"},
    Ours{"lab", "dial", "the lab knows where its servers are; remove [lab]"},
};

toml::table& table_in(toml::table& root, std::string_view key) {
  if (root.get(key) == nullptr) root.insert(key, toml::table{});
  auto* table = root.get(key)->as_table();
  static toml::table nowhere;  // of the wrong type: the readers say so
  return table == nullptr ? nowhere : *table;
}

/// Calls `work` with each table of [[key]].
template <class Work>
void for_each_table(toml::table& root, std::string_view key, Work work) {
  auto* list = root.get(key) == nullptr ? nullptr : root.get(key)->as_array();
  if (list == nullptr) return;
  for (auto& entry : *list)
    if (auto* table = entry.as_table()) work(*table);
}

void refuse_ours(toml::table& root, MistakeList& mistakes) {
  for (const auto& one : ours)
    if (const auto* node = table_in(root, one.section).get(one.key))
      mistakes.add(*node, fmt::format("[{}] {}: {}", one.section, one.key, one.instead));
  for (auto* policy : {&root, &table_in(root, "reload")})
    for_each_table(*policy, "runtime", [&](toml::table& runtime) {
      if (const auto* node = runtime.get("clients"))
        mistakes.add(*node,
                     "[[runtime]] clients: the node is the only client, and the lab knows where it is; remove it");
    });
  if (const auto* node = root.get("transparent"))
    mistakes.add(*node, "[[transparent]] needs a firewall's rule to lead there, which a scenario has not; remove it");
}

toml::date to_date(std::chrono::sys_days day) {
  const std::chrono::year_month_day parts(day);
  return {static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day())};
}

/// What depends on the day and the machine need not be written, so that a scenario is the same everywhere.
void fill_in_runtimes(toml::table& root, Time now) {
  const auto until = to_date(std::chrono::floor<std::chrono::days>(now) + reporting_days);
  for_each_table(root, "runtime", [&](toml::table& runtime) {
    runtime.insert("clients", toml::array{"127.0.0.1/32"});
    if (runtime.get("mode") != nullptr && runtime.get("report_until") == nullptr) runtime.insert("report_until", until);
  });
}

void fill_in(toml::table& root, Time now) {
  table_in(root, "gate").insert_or_assign("listen", toml::array{own_place});
  table_in(root, "audit").insert_or_assign("directory", "audit");
  table_in(root, "lab").insert_or_assign("enabled", true);
  for_each_table(root, "forward", [](toml::table& forward) {
    if (forward.get("listen") == nullptr) forward.insert("listen", own_place);
  });
  fill_in_runtimes(root, now);
  fill_in_runtimes(table_in(root, "reload"), now);
}

/// The policy that is put into force while the node is at work. Rules only: nothing else of a gate needs a scenario's
/// reload.
std::shared_ptr<const Policy> read_reload(TableReader& file, const Config& config, Time now) {
  const auto* table = file.table("reload");
  if (table == nullptr || table->empty()) return nullptr;
  TableReader reload(*table, "[reload]", file.mistakes());
  Config after{.settings = {}, .policy = nullptr, .catalogue = config.catalogue, .factories = {}};
  load_policy(reload, now, after);
  reload.refuse_the_rest();
  return after.policy;
}

}  // namespace

ScenarioResult load_scenario(std::string_view text, std::string_view file_name) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  MistakeList mistakes(file_name);
  auto root = parse_toml(text, mistakes);
  if (!root) return mistakes.take();
  refuse_ours(*root, mistakes);
  fill_in(*root, now);
  TableReader file(*root, "the scenario", mistakes);
  Scenario scenario;
  scenario.name = std::filesystem::path(file_name).stem().string();
  read_scenario(file, scenario);
  static_cast<void>(file.node("reload"));
  auto config = read_config(file, file_name, now);
  if (config.has_error()) return config.error();
  scenario.reloaded = read_reload(file, *config, now);
  if (!mistakes.empty()) return mistakes.take();
  scenario.config = *std::move(config);
  return scenario;
}

ScenarioResult load_scenario_file(const std::string& path) {
  const auto text = read_trusted_file(path, max_scenario_bytes);
  if (text.has_error()) return Mistakes{{path, 0, text.error().text()}};
  return load_scenario(*text, path);
}

}  // namespace shirgate::lab
