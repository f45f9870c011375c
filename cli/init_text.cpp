#include "cli/init_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "config/settings.hpp"

namespace shirgate {
namespace {

using adf::InputRow;
using adf::Texts;

constexpr std::size_t comment_column = 42;
constexpr std::size_t widest_line = 120;

/// A TOML basic string. Whatever the text holds, it ends where this ends it.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      result += fmt::format("\\u{:04X}", static_cast<int>(c));
    else
      result += c;
  }
  return result + '"';
}

std::string list_of(const Texts& texts) {
  Texts items;
  for (const auto& text : texts) items.push_back(quoted(text));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

/// One key with its comment: beside it, or above where the line would be too long.
std::string line(const std::string& text, std::string_view comment) {
  if (comment.empty()) return text + '\n';
  if (std::max(text.size(), comment_column) + comment.size() + 4 > widest_line)
    return fmt::format("# {}\n{}\n", comment, text);
  return fmt::format("{:<{}}  # {}\n", text, comment_column, comment);
}

std::string remarks_on(const InitAnswers& answers, std::string_view key) {
  std::string text;
  const auto [begin, end] = answers.remarks.equal_range(key);
  for (auto at = begin; at != end; ++at) text += fmt::format("# {}\n", at->second);
  return text;
}

std::string value_of(const InputRow& row, const Texts& values) {
  if (std::holds_alternative<Texts adf::Factory::*>(row.field)) return list_of(values);
  if (std::holds_alternative<bool adf::Factory::*>(row.field)) return values.front();
  // Its default is no table at all; what it looks like says more.
  if (std::holds_alternative<adf::PrivateLink adf::Factory::*>(row.field)) return R"({ control = ["10.30.0.4/32"] })";
  return quoted(values.front());
}

/// As the inputs' meanings are written: one phrase, and its unit.
std::string phrase_of(const SettingRow& row) {
  std::string text(row.help.substr(0, row.help.find_last_not_of('.') + 1));
  text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return type_text(row) == "seconds" ? "seconds: " + text : text;
}

/// The settings of a section that are not written, as comments.
std::string other_settings(std::string_view section, std::string_view written) {
  std::string text;
  for (const auto& row : settings_table())
    if (row.section == section && row.key != written)
      text += line(fmt::format("# {} = {}", row.key, default_text(row)), phrase_of(row));
  return text;
}

std::string acknowledgement_of(const InitAnswers& answers) {
  if (answers.tickets.empty())
    return line("# multi_tenant_ack = { relay = \"TICKET\" }",
                "accepts a wildcard below which anybody can rent a name, by channel");
  Texts entries;
  for (const auto& [channel, ticket] : answers.tickets)
    entries.push_back(fmt::format("{} = {}", channel, quoted(ticket)));
  return line(fmt::format("multi_tenant_ack = {{ {} }}", fmt::join(entries, ", ")), "who accepted these wildcards");
}

std::string known_inputs(const InitAnswers& answers) {
  std::string text;
  for (const auto& row : adf::input_table()) {
    const auto said = answers.inputs.find(row.key);
    if (said == answers.inputs.end()) continue;
    text += remarks_on(answers, row.key);
    text += line(fmt::format("{} = {}", row.key, value_of(row, said->second.values)), meaning_of(row));
  }
  return text + acknowledgement_of(answers);
}

std::string other_inputs(const InitAnswers& answers) {
  std::string text;
  for (const auto& row : adf::input_table()) {
    if (answers.inputs.contains(row.key)) continue;
    text += remarks_on(answers, row.key);
    text += line(fmt::format("# {} = {}", row.key, value_of(row, values_or_default(answers, row))), meaning_of(row));
  }
  text += line("# relay_gateways = false", "also the relay's gateway hosts, where relay_hosts pins others");
  text += line("# kind = \"shir\"", "\"browser\" for people who use the portal");
  return text + line("# mode = \"enforce\"", "\"report\" with report_until = DATE only records what it would refuse");
}

}  // namespace

std::string init_text(const InitAnswers& answers) {
  std::string text =
      "# Written by \"shirgate init\". \"shirgate check FILE\" finds mistakes, \"shirgate rules FILE\" prints what it "
      "lets out.\n"
      "# A line that starts with \"# key =\" shows the default or an addition; an unknown key is an error.\n\n[gate]\n";
  text += remarks_on(answers, "listen");
  text += line(fmt::format("listen = {}", list_of(answers.listen)), "where SHIR's proxy setting points");
  text += other_settings("gate", "listen");
  text += "\n[audit]\n";
  text += line(fmt::format("directory = {}", quoted(answers.audit_directory)), "where the audit log is written");
  text += other_settings("audit", "directory");
  text += "\n[dns]\n";
  text += other_settings("dns", {});
  text += "\n[[runtime]]\n";
  text += line(fmt::format("name = {}", quoted(answers.name)), "how it is called in the audit log");
  text += remarks_on(answers, "clients");
  text +=
      line(fmt::format("clients = {}", list_of(answers.clients)), "the SHIR nodes, as the gate sees their addresses");
  text += known_inputs(answers);
  text += "\n# Not told; each line shows the default.\n";
  text += other_inputs(answers);
  return text +
         "\n# Anything else is an [[allow]] block: \"shirgate explain HOST:443 --config FILE\" prints the one to "
         "add.\n";
}

}  // namespace shirgate
