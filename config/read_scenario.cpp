#include "config/read_scenario.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace shirgate::lab {
namespace {

constexpr std::int64_t most_kib_per_second = 1 << 20;
constexpr std::int64_t most_delay_ms = 2000;
constexpr std::int64_t most_loss_percent = 50;

bool is_walkable(std::string_view channel) {
  const auto& known = walkable_channels();
  return std::find(known.begin(), known.end(), channel) != known.end();
}

const toml::table& table_or_nothing(TableReader& file, std::string_view key) {
  static const toml::table nothing;
  const auto* table = file.table(key);
  return table == nullptr ? nothing : *table;
}

/// A list of channels that the pretend node knows how to use.
std::vector<std::string> read_channels(TableReader& table, std::string_view key) {
  std::vector<std::string> channels;
  for (const auto& item : table.texts(key)) {
    if (is_walkable(item.text))
      channels.push_back(item.text);
    else
      table.mistakes().add(item.line, fmt::format("{} {}: '{}' is no channel the pretend node uses; write some of: {}",
                                                  table.title(), key, item.text, fmt::join(walkable_channels(), ", ")));
  }
  return channels;
}

std::vector<Address> read_addresses(TableReader& table, std::string_view key) {
  std::vector<Address> addresses;
  for (const auto& item : table.texts(key)) {
    if (const auto address = parse_address(item.text))
      addresses.push_back(*address);
    else
      table.mistakes().add(item.line, fmt::format("{} {}: '{}' is not an address", table.title(), key, item.text));
  }
  return addresses;
}

std::string read_host(TableReader& table, std::string_view key) {
  auto text = table.text(key).value_or("");
  if (!text.empty() && !is_host(text))
    table.complain(key, fmt::format("{} {} = \"{}\" is not a host name", table.title(), key, text));
  return text;
}

void read_network(TableReader& file, Network& network) {
  TableReader table(table_or_nothing(file, "network"), "[network]", file.mistakes());
  const auto dns = table.choice("dns", {"answers", "silent", "fails"}).value_or("answers");
  network.dns = dns == "silent" ? DnsState::silent : dns == "fails" ? DnsState::fails : DnsState::answers;
  for (auto& channel : read_channels(table, "re_signed")) network.re_signed.insert(std::move(channel));
  for (auto& channel : read_channels(table, "silent")) network.silent.insert(std::move(channel));
  network.kib_per_second = table.number("kib_per_second", 1, most_kib_per_second).value_or(0);
  network.delay_ms = table.number("delay_ms", 1, most_delay_ms).value_or(0);
  network.loss_percent = table.number("loss_percent", 1, most_loss_percent).value_or(0);
  network.disk_full = table.flag("disk_full").value_or(false);
  network.rendezvous = read_host(table, "rendezvous");
  TableReader answers(table_or_nothing(table, "answers"), "[network.answers]", file.mistakes());
  for (const auto& [key, value] : table_or_nothing(table, "answers")) {
    if (!is_host(key.str()))
      file.mistakes().add(value, fmt::format("[network.answers] '{}' is not a host name", key.str()));
    network.answers[std::string(key.str())] = read_addresses(answers, key.str());
  }
  table.refuse_the_rest();
}

void read_node(TableReader& file, Node& node) {
  TableReader table(table_or_nothing(file, "node"), "[node]", file.mistakes());
  node.factory = table.text("factory").value_or(node.factory);
  node.region = table.text("region").value_or(node.region);
  if (!is_host(fmt::format("{}.{}.example", node.factory, node.region)))
    table.complain("factory", "[node] factory and region must be names like \"contoso-prod\" and \"westeurope\"");
  node.self_contained = table.flag("self_contained").value_or(false);
  node.sql_login = table.text("sql_login").value_or(node.sql_login);
  if (table.choice("sql_encryption", {"mandatory", "strict"}) == "strict") node.sql_encryption = SqlEncryption::strict;
  node.uses = read_channels(table, "uses");
  if (table.node("uses") == nullptr) {
    node.uses = {"control", "relay", "update", "staged", "identity", "keyvault"};
    if (node.self_contained) std::erase(node.uses, "relay");
  }
  if (node.self_contained && std::find(node.uses.begin(), node.uses.end(), "relay") != node.uses.end())
    table.complain("uses", "[node] self_contained = true does without Azure Relay; remove relay from uses");
  table.refuse_the_rest();
}

std::set<Reason> read_reasons(TableReader& table, std::string_view key) {
  std::set<Reason> reasons;
  for (const auto& item : table.texts(key)) {
    if (const auto reason = parse_reason(item.text))
      reasons.insert(*reason);
    else
      table.mistakes().add(item.line, fmt::format("{} {}: '{}' is no reason of the gate; docs/reasons.md lists them",
                                                  table.title(), key, item.text));
  }
  return reasons;
}

/// control = "works", or relay = { outcome = "blocked", reasons = ["host_not_listed"] }.
Expected read_expected(TableReader& expect, std::string_view channel) {
  const std::vector<std::string_view> words{"works", "degraded", "blocked"};
  Expected expected;
  const auto* node = expect.node(channel);
  std::optional<std::string> word;
  if (node != nullptr && node->is_table()) {
    TableReader table(*node->as_table(), fmt::format("[expect] {}", channel), expect.mistakes());
    word = table.choice("outcome", words);
    if (table.node("outcome") == nullptr)
      table.complain("outcome",
                     fmt::format("[expect] {}: write outcome = \"works\", \"degraded\" or \"blocked\"", channel));
    expected.reasons = read_reasons(table, "reasons");
    table.refuse_the_rest();
  } else {
    word = expect.choice(channel, words);
  }
  if (word == "degraded") expected.outcome = Outcome::degraded;
  if (word == "blocked") expected.outcome = Outcome::blocked;
  if (word == "works" && !expected.reasons.empty())
    expect.complain(channel, fmt::format("[expect] {} works, so the gate has no reason; remove reasons", channel));
  return expected;
}

void read_expectations(TableReader& file, Scenario& scenario) {
  TableReader table(table_or_nothing(file, "expect"), "[expect]", file.mistakes());
  const auto status = table.choice("status", {"Online", "Limited", "Offline"});
  if (table.node("status") == nullptr)
    file.complain("expect", "[expect] needs status: what the portal shows, write Online, Limited or Offline");
  scenario.status = status.value_or("");
  for (const auto& channel : scenario.node.uses) {
    if (table.node(channel) == nullptr)
      file.complain("expect", fmt::format("[expect] says nothing of {0}, which the node uses: write {0} = \"works\", "
                                          "\"degraded\" or \"blocked\"",
                                          channel));
    else
      scenario.expect[channel] = read_expected(table, channel);
  }
  table.refuse_the_rest();
}

Opening read_opening(TableReader& table) {
  const auto word =
      table.choice("opens_with", {"hello", "another-name", "no-name", "second-hello", "ssh"}).value_or("hello");
  if (word == "another-name") return Opening::another_name;
  if (word == "no-name") return Opening::no_name;
  if (word == "second-hello") return Opening::second_hello;
  return word == "ssh" ? Opening::ssh : Opening::hello;
}

Trick read_trick(TableReader& table) {
  Trick trick;
  trick.title = table.required_text("title", "an attacker's storage account").value_or("");
  trick.target = table.required_text("target", "attacker.blob.core.windows.net:443").value_or("");
  const auto colon = trick.target.rfind(':');
  if (!trick.target.empty() && (colon == std::string::npos || parse_port(trick.target.substr(colon + 1)).has_error()))
    table.complain("target",
                   fmt::format("[[trick]] target = \"{}\": write host:port, however odd the host", trick.target));
  trick.opening = read_opening(table);
  trick.name = read_host(table, "name");
  trick.resolves = read_addresses(table, "resolves");
  const bool names = trick.opening == Opening::another_name || trick.opening == Opening::second_hello;
  if (names == trick.name.empty())
    table.complain("name", names ? "[[trick]] needs name: the server name it slips in"
                                 : "[[trick]] name: only another-name and second-hello use one; remove it");
  const auto word = table.required_text("reason", "host_not_listed").value_or("host_not_listed");
  const auto reason = parse_reason(word);
  if (!reason)
    table.complain("reason", fmt::format("[[trick]] reason = \"{}\" is no reason of the gate; docs/reasons.md lists "
                                         "them, and \"allowed\" means that it gets through",
                                         word));
  trick.reason = reason.value_or(Reason::host_not_listed);
  table.refuse_the_rest();
  return trick;
}

/// "host:port reason".
std::set<std::string> read_report_lines(TableReader& table, std::string_view key) {
  std::set<std::string> lines;
  for (const auto& item : table.texts(key, true)) {
    const auto blank = item.text.rfind(' ');
    if (blank == std::string::npos || !parse_reason(item.text.substr(blank + 1)))
      table.mistakes().add(item.line, fmt::format("[report] {}: '{}' is not \"host:port reason\", like "
                                                  "\"download.microsoft.com:443 host_not_listed\"",
                                                  key, item.text));
    lines.insert(item.text);
  }
  return lines;
}

void read_report(TableReader& file, Scenario& scenario) {
  TableReader table(table_or_nothing(file, "report"), "[report]", file.mistakes());
  scenario.refused = read_report_lines(table, "refused");
  scenario.reported = read_report_lines(table, "reported");
  table.refuse_the_rest();
}

}  // namespace

void read_scenario(TableReader& file, Scenario& scenario) {
  scenario.title = file.required_text("title", "Only the factory's own hosts").value_or("");
  scenario.description = file.required_text("description", "What this network is like, and what it shows").value_or("");
  read_network(file, scenario.network);
  read_node(file, scenario.node);
  read_expectations(file, scenario);
  for (const auto* trick : file.tables("trick")) {
    TableReader table(*trick, "[[trick]]", file.mistakes());
    scenario.tricks.push_back(read_trick(table));
  }
  read_report(file, scenario);
}

}  // namespace shirgate::lab
