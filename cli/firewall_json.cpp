#include "cli/firewall_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/table.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_name = 80;

bool is_plain(const json::value& value) { return !value.is_object() && !value.is_array(); }

void write(const json::value& value, std::size_t depth, std::string& text);

void write_items(const json::array& array, std::size_t depth, std::string& text) {
  const bool on_one_line = std::all_of(array.begin(), array.end(), is_plain);
  const auto line = on_one_line ? std::string() : '\n' + std::string(2 * (depth + 1), ' ');
  text += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) text += on_one_line ? ", " : ",";
    text += line;
    write(array[i], depth + 1, text);
  }
  if (!on_one_line) text += '\n' + std::string(2 * depth, ' ');
  text += ']';
}

void write_members(const json::object& object, std::size_t depth, std::string& text) {
  if (object.empty()) {
    text += "{}";
    return;
  }
  const auto line = '\n' + std::string(2 * (depth + 1), ' ');
  text += '{';
  bool first = true;
  for (const auto& [key, value] : object) {
    if (!first) text += ',';
    first = false;
    text += line + json::serialize(key) + ": ";
    write(value, depth + 1, text);
  }
  text += '\n' + std::string(2 * depth, ' ') + '}';
}

void write(const json::value& value, std::size_t depth, std::string& text) {
  if (value.is_array())
    write_items(value.get_array(), depth, text);
  else if (value.is_object())
    write_members(value.get_object(), depth, text);
  else
    text += json::serialize(value);
}

}  // namespace

std::string indented(const json::value& value) {
  std::string text;
  write(value, 0, text);
  return text + '\n';
}

std::string arm_text(std::string_view text) {
  const bool expression = text.starts_with('[') && text.ends_with(']');
  return (expression ? "[" : "") + std::string(text);
}

std::string description(std::string_view text) {
  auto fitting = printable(text);
  if (fitting.size() > longest_description) fitting = fitting.substr(0, longest_description - 2) + "..";
  return arm_text(fitting);
}

json::array json_list(std::span<const std::string> texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(arm_text(text));
  return list;
}

json::array rule_names(const FirewallModel::Exit& exit) {
  json::array names;
  for (const auto* rule : exit.rules) names.emplace_back(arm_text(rule->name.text()));
  return names;
}

json::array notes_of(const FirewallModel& model) {
  json::array notes;
  for (const auto& note : model.notes) notes.emplace_back(arm_text(note));
  return notes;
}

json::object arm_template(json::object metadata, json::object parameters, json::array resources) {
  return {{"$schema", "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"},
          {"contentVersion", "1.0.0.0"},
          {"metadata", std::move(metadata)},
          {"parameters", std::move(parameters)},
          {"resources", std::move(resources)}};
}

std::string ResourceNames::unique(std::string_view wish) {
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  std::string name;
  for (const char c : wish) name += is_letter_or_digit(c) || c == '.' || c == '-' ? c : '_';
  if (name.empty() || !is_letter_or_digit(name.front())) name = "any" + name;
  // Room for "-12" behind it; Azure wants a letter, a digit or '_' at the end.
  if (name.size() > longest_name - 8) name.resize(longest_name - 8);
  if (!is_letter_or_digit(name.back())) name.back() = '_';
  auto candidate = name;
  for (int copy = 2; !taken_.insert(candidate).second; ++copy) candidate = fmt::format("{}-{}", name, copy);
  return candidate;
}

}  // namespace shirgate
