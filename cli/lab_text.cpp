#include "cli/lab_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/lab_matrix.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

using lab::ChannelResult;
using lab::Expectation;
using lab::Scenario;
using lab::ScenarioReport;

std::string upper(std::string text) {
  for (auto& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string broken_lines(const ScenarioReport& report, std::size_t width) {
  std::string text;
  for (const auto& each : report.expectations)
    if (!each.held)
      text += wrapped(fmt::format("BROKEN  {}: {}; found: {}", each.about, each.claim, each.found), width, 8);
  return text;
}

std::string verdict_of(const ScenarioReport& report) {
  const auto seconds = static_cast<double>(report.took.count()) / 1000;
  if (report.broken() == 0)
    return fmt::format("all {} expectations held ({:.1f} s)\n", report.expectations.size(), seconds);
  return fmt::format("{} of {} expectations did not hold ({:.1f} s)\n", report.broken(), report.expectations.size(),
                     seconds);
}

std::string channel_table(const ScenarioReport& report, std::size_t width) {
  Table table({{"CHANNEL"},
               {"OUTCOME"},
               {"STATED"},
               {"WORKED", Align::right},
               Table::shrinkable("THE GATE'S REASON", 20),
               Table::shrinkable("WHAT THE RUNTIME SHOWS", 30)});
  for (const auto& row : report.channels)
    table.add({row.channel, std::string(to_string(row.found.outcome)),
               row.held() ? "the same" : "NO: " + to_string(row.expected),
               fmt::format("{} of {}", row.worked, row.errands), reasons_of(row.found), shown_by(row)});
  return table.text(width);
}

std::string trick_table(const ScenarioReport& report, std::size_t width) {
  Table table({Table::shrinkable("TRICK", 24), Table::shrinkable("TARGET", 24), {"CAME TO"}});
  for (const auto& one : report.tricks) table.add({one.trick.title, one.trick.target, came_to(one)});
  return table.text(width);
}

std::string stray_table(const lab::Strays& strays, std::size_t width) {
  Table table({{"WHERE TO"}, {"PACKETS", Align::right}});
  for (const auto& stray : strays.tried) table.add({where_to(stray), std::to_string(stray.packets)});
  return table.text(width);
}

std::string storage_line(std::span<const ScenarioReport> reports) {
  const auto storage = storage_of(reports);
  return storage.empty() ? "" : storage + "\n";
}

std::string list(const std::vector<Address>& addresses) {
  std::string text;
  for (const auto& address : addresses) text += (text.empty() ? "" : ", ") + to_string(address);
  return text;
}

std::string network_in_words(const lab::Network& network) {
  std::string text;
  const auto say = [&](const std::string& sentence) { text += "  " + sentence + "\n"; };
  if (network.dns == lab::DnsState::silent) say("the name server does not answer");
  if (network.dns == lab::DnsState::fails) say("the name server answers that it can't say");
  for (const auto& [host, addresses] : network.answers) say(fmt::format("{} leads to {}", host, list(addresses)));
  for (const auto& channel : network.re_signed) say(fmt::format("a middlebox signs {} anew", channel));
  for (const auto& channel : network.silent)
    say(fmt::format("the servers of {} take connections and say nothing", channel));
  if (network.kib_per_second > 0)
    say(fmt::format("each connection gets {} KiB a second; with --netns all of them together", network.kib_per_second));
  if (network.delay_ms > 0) say(fmt::format("with --netns only: a packet takes {} ms each way", network.delay_ms));
  if (network.loss_percent > 0)
    say(fmt::format("with --netns only: {} % of TCP's packets get lost, each way", network.loss_percent));
  if (network.disk_full) say("the disk of the audit log takes no more");
  if (!network.rendezvous.empty()) say(fmt::format("Azure Relay sends the node to {}", network.rendezvous));
  return text.empty() ? "  names lead to public addresses, everything answers\n" : text;
}

std::string rules_in_words(const Policy& policy) {
  std::string text;
  for (const auto& rule : policy.rules())
    text += fmt::format("  {:<10} {}:{}\n", rule.channel.text(), rule.pattern.text(), rule.port);
  return text.empty() ? "  nothing\n" : text;
}

std::string expectations_in_words(const Scenario& scenario) {
  std::string text;
  for (const auto& channel : scenario.node.uses)
    text += fmt::format("  {:<10} {}\n", channel, to_string(scenario.expect.find(channel)->second));
  text += fmt::format("  {:<10} {}\n", "status", scenario.status);
  return text;
}

}  // namespace

std::string report_as_text(const ScenarioReport& report, std::size_t width) {
  auto text = fmt::format("{}: {}\n\n{}\nThe portal shows the node as {}.\n{}", report.name, report.title,
                          channel_table(report, width), report.status, storage_line({&report, 1}));
  if (!report.tricks.empty()) text += fmt::format("\nWhat tried to get out:\n\n{}", trick_table(report, width));
  if (report.strays)
    text += fmt::format("\nWhat tried to get out past the gate, {} packets:\n\n{}", report.strays->packets,
                        stray_table(*report.strays, width));
  const auto broken = broken_lines(report, width);
  return text + (broken.empty() ? "" : "\n" + broken) + "\n" + verdict_of(report);
}

std::string reports_as_text(const ScenarioReports& reports, std::size_t width) {
  auto overview = overview_of(reports);
  std::vector<Table::Column> columns;
  for (const auto& title : overview.titles) columns.push_back({upper(title)});
  Table table(std::move(columns));
  for (auto& cells : overview.rows) table.add(std::move(cells));
  std::string broken;
  for (const auto& report : reports)
    if (report.broken() > 0) broken += fmt::format("\n{}\n{}", report.name, broken_lines(report, width));
  return fmt::format("{}{}\n{}{}\n", table.text(width), broken, storage_line(reports), summary_of(reports));
}

std::string explanation_of(const Scenario& scenario, std::size_t width) {
  auto text = fmt::format("{}: {}\n\n{}\n", scenario.name, scenario.title, wrapped(scenario.description, width, 0));
  text += "The gate lets out\n" + rules_in_words(*scenario.config.policy);
  if (scenario.reloaded)
    text += "\nand, after a reload while the node is at work,\n" + rules_in_words(*scenario.reloaded);
  text += fmt::format("\nThe node belongs to {} in {} and uses\n  {}\n", scenario.node.factory, scenario.node.region,
                      fmt::join(scenario.node.uses, ", "));
  text += "\nThe network\n" + network_in_words(scenario.network);
  text += "\nWhat should come of it\n" + expectations_in_words(scenario);
  if (scenario.tricks.empty()) return text;
  text += "\nWhat tries to get out, and how that should end\n";
  for (const auto& trick : scenario.tricks)
    text += wrapped(fmt::format("  {}: {} ({})", to_string(trick.reason), trick.title, trick.target), width, 6);
  return text;
}

}  // namespace shirgate
