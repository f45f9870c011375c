#include "attack_case.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>
#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace shirgate::test {
namespace {

namespace json = boost::json;

std::string text_or_empty(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string policy_of(const json::object& input) {
  const auto* parts = input.if_contains("text_parts");
  if (parts == nullptr) return text_or_empty(input, "text");
  std::string text;
  for (const auto& part : parts->as_array()) {
    if (part.is_string()) {
      text += part.as_string();
      continue;
    }
    for (auto left = part.as_object().at("times").as_int64(); left > 0; --left)
      text += part.as_object().at("repeat").as_string();
  }
  return text;
}

std::vector<AttackCase> read_corpus() {
  std::vector<AttackCase> all;
  std::ifstream file(std::string(SHIRGATE_SOURCE_DIR) + "/tests/corpus/attack_cases.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto row = json::parse(line).as_object();
    const auto component = text_or_empty(row, "component");
    if (component != "config" && component != "wildcard") continue;
    const auto& input = row.at("input").as_object();
    const auto& expect = row.at("expect").as_object();
    all.push_back({text_or_empty(row, "id"), component, policy_of(input), text_or_empty(input, "then"),
                   text_or_empty(expect, "verdict"), text_or_empty(expect, "reason")});
  }
  return all;
}

struct Assignment {
  std::string key;
  std::string value;
};

bool is_key(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

/// Where a value ends: at the first blank outside quotes and brackets.
std::size_t end_of_value(std::string_view text) {
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ']' || text[i] == '}') --depth;
    if (text[i] == ' ' && depth == 0) return i;
  }
  return text.size();
}

/// The keys of one line; none where it is something else.
std::vector<Assignment> assignments_of(std::string_view line) {
  std::vector<Assignment> found;
  while (!line.empty()) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return {};
    auto key = line.substr(0, equals);
    while (key.ends_with(' ')) key.remove_suffix(1);
    if (!is_key(key)) return {};
    line.remove_prefix(equals + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    const auto end = end_of_value(line);
    found.push_back({std::string(key), std::string(line.substr(0, end))});
    line.remove_prefix(end);
    while (line.starts_with(' ')) line.remove_prefix(1);
  }
  return found;
}

using Rule = std::vector<Assignment>;

const std::string* value_of(const Rule& rule, std::string_view key) {
  const auto found = std::find_if(rule.begin(), rule.end(), [&](const Assignment& one) { return one.key == key; });
  return found == rule.end() ? nullptr : &found->value;
}

std::string our_rule(const Rule& rule) {
  const auto* scheme = value_of(rule, "scheme");
  if (scheme != nullptr && *scheme == "\"http\"") return {};
  const auto* ports = value_of(rule, "ports");
  const bool sql = ports != nullptr && *ports == "[1433]";
  std::string text = "[[allow]]\nruntime = \"prod\"\n";
  for (const auto& [key, value] : rule) {
    if (key == "proto" && value == (sql ? "\"tds\"" : "\"tls\"")) continue;
    const auto ours = key == "id" ? "channel" : key == "addr" ? "addresses" : key;
    text += ours + " = " + value + '\n';
  }
  return text;
}

std::string our_runtime(const std::string& mode) {
  std::string text =
      "[[runtime]]\nname = \"prod\"\nclients = [\"10.20.0.21/32\"]\nfactory = \"contoso\"\nregion = \"westeurope\"\n"
      "auto_update = false\ninteractive_authoring = \"off\"\n";
  if (mode.empty()) return text;
  const auto tomorrow = std::chrono::system_clock::now() + std::chrono::hours(24);
  return text + fmt::format("mode = {}\nreport_until = {:%Y-%m-%d}\n", mode,
                            fmt::gmtime(std::chrono::system_clock::to_time_t(tomorrow)));
}

}  // namespace

void PrintTo(const AttackCase& item, std::ostream* out) { *out << item.id; }

const std::vector<AttackCase>& attack_cases() {
  static const auto all = read_corpus();
  return all;
}

const AttackCase& attack_case(std::string_view id) {
  const auto& all = attack_cases();
  const auto found = std::find_if(all.begin(), all.end(), [&](const AttackCase& item) { return item.id == id; });
  if (found == all.end()) throw std::out_of_range(std::string(id));
  return *found;
}

std::string as_our_configuration(const std::string& policy) {
  std::string as_is;
  std::string mode;
  std::vector<Rule> rules;
  std::istringstream lines(policy);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[[rule]]")) {
      rules.emplace_back();
      continue;
    }
    const auto keys = assignments_of(line);
    if (keys.size() == 1 && keys[0].key == "schema" && keys[0].value == "1") continue;
    if (keys.size() == 1 && keys[0].key == "mode")
      mode = keys[0].value;
    else if (!keys.empty() && !rules.empty())
      rules.back().insert(rules.back().end(), keys.begin(), keys.end());
    else
      as_is += line + '\n';
  }
  auto text = as_is + "[gate]\nlisten = [\"10.20.0.10:3128\"]\n[audit]\ndirectory = \"audit\"\n";
  if (!rules.empty()) text += our_runtime(mode);
  for (const auto& rule : rules) text += our_rule(rule);
  return text;
}

}  // namespace shirgate::test
