#include "audit/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "config/load_catalogue.hpp"
#include "policy/reason.hpp"
#include "policy/resemblance.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

struct Options {
  std::vector<std::string> directories;
  std::string since;
  bool json = false;
};

/// "2026-11-22T02:29:36.341Z" without what a person does not need.
std::string short_time(const std::string& time) {
  auto text = time.substr(0, 19);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string first_of(const std::set<std::string>& items) {
  if (items.empty()) return "-";
  return items.size() == 1 ? *items.begin() : fmt::format("{} +{}", *items.begin(), items.size() - 1);
}

/// What an unlisted host reminds of. Only a host that was asked for by name has an answer.
std::string resemblance_of(const std::string& target) {
  const auto parsed = parse_target(target);
  return parsed.has_value() ? resemblance(*builtin_catalogue(), parsed->host, {}).phrase : "";
}

std::string advice_for(const std::string& reason, const std::string& target) {
  const auto known = parse_reason(reason);
  if (known == Reason::host_not_listed)
    if (auto phrase = resemblance_of(target); !phrase.empty()) return "looks like " + phrase;
  return known ? std::string(row_of(*known).advice) : "";
}

/// The server name of a relayed tunnel is its host's, or the tunnel would not have been relayed.
std::string sni_column(const HostSummary& host, const std::string& target) {
  if (host.snis.size() == 1 && target.starts_with(*host.snis.begin() + ':')) return "same";
  return first_of(host.snis);
}

void print_channels(const Report& report) {
  Table table({{"RUNTIME"},
               {"CHANNEL"},
               {"HOST", Align::left, true},
               {"SNI", Align::left, true},
               {"ADDRESS", Align::left, true},
               {"TUNNELS", Align::right},
               {"CUT", Align::right},
               {"SENT", Align::right},
               {"RECEIVED", Align::right}});
  for (const auto& [channel, hosts] : report.channels())
    for (const auto& [target, host] : hosts)
      table.add({channel.runtime, channel.channel, target, sni_column(host, target), first_of(host.addresses),
                 std::to_string(host.tunnels), std::to_string(host.cut), human_bytes(host.bytes_from_client),
                 human_bytes(host.bytes_from_upstream)});
  fmt::print("What left, by channel\n\n{}", table.empty() ? "  nothing\n" : table.text(terminal_width()));
}

using Attempts = std::map<Report::Refused, RefusedSummary>;

/// Each attempt is a small paragraph: what matters (the host, the advice) is long.
void print_attempts(const Attempts& attempts) {
  for (const auto& [key, refused] : attempts) {
    fmt::print("  {}\n", key.target.empty() ? "(nothing readable)" : printable(key.target));
    fmt::print("    {}, {} time{}, first {}, last {}, from {}{}\n", key.reason, refused.count,
               refused.count == 1 ? "" : "s", short_time(refused.first_seen), short_time(refused.last_seen),
               first_of(refused.clients), key.runtime.empty() ? "" : fmt::format(" ({})", key.runtime));
    if (const auto advice = advice_for(key.reason, key.target); !advice.empty()) fmt::print("    {}\n", advice);
  }
}

void print_refused(const Report& report) {
  fmt::print("\nWhat was not let out\n\n");
  if (report.refused().empty()) fmt::print("  nothing\n");
  print_attempts(report.refused());
}

/// Only where there is something: most gates never report, and most wildcards are pinned.
void print_reported(const Report& report) {
  if (report.reported().empty()) return;
  fmt::print("\nWhat only report mode let out\n\n");
  print_attempts(report.reported());
}

void print_first_uses(const Report& report) {
  std::string text;
  for (const auto& [channel, hosts] : report.channels())
    for (const auto& [target, host] : hosts)
      if (host.first_use)
        text += fmt::format("  {}  first {}, channel {}\n", printable(target), short_time(host.first_seen),
                            printable(channel.channel));
  if (!text.empty()) fmt::print("\nHosts that were new under a wildcard\n\n{}", text);
}

template <class Items>
json::array to_array(const Items& items) {
  json::array array;
  for (const auto& item : items) array.emplace_back(item);
  return array;
}

json::array to_array(const Attempts& attempts) {
  json::array array;
  for (const auto& [key, summary] : attempts)
    array.push_back({{"runtime", key.runtime},
                     {"target", key.target},
                     {"reason", key.reason},
                     {"count", summary.count},
                     {"first_seen", summary.first_seen},
                     {"last_seen", summary.last_seen},
                     {"clients", to_array(summary.clients)},
                     {"resembles", resemblance_of(key.target)}});
  return array;
}

void print_json(const Report& report) {
  json::array channels;
  for (const auto& [channel, hosts] : report.channels())
    for (const auto& [target, host] : hosts)
      channels.push_back({{"runtime", channel.runtime},
                          {"channel", channel.channel},
                          {"target", target},
                          {"first_use", host.first_use},
                          {"sni", to_array(host.snis)},
                          {"addresses", to_array(host.addresses)},
                          {"tunnels", host.tunnels},
                          {"cut", host.cut},
                          {"bytes_from_client", host.bytes_from_client},
                          {"bytes_from_upstream", host.bytes_from_upstream},
                          {"first_seen", host.first_seen},
                          {"last_seen", host.last_seen}});
  const json::object answer{{"lines", report.lines()},
                            {"first_seen", report.first_seen()},
                            {"last_seen", report.last_seen()},
                            {"channels", std::move(channels)},
                            {"refused", to_array(report.refused())},
                            {"reported", to_array(report.reported())},
                            {"unreadable", to_array(report.unreadable())}};
  fmt::print("{}\n", json::serialize(answer));
}

int print_report(const Options& options) {
  Report report(options.since);
  for (const auto& directory : options.directories) {
    if (report.add_directory(directory)) continue;
    fmt::print(stderr, "{}: no audit log here (audit-*.jsonl); name the directory of [audit] directory\n", directory);
    return exit_bad_input;
  }
  if (options.json) {
    print_json(report);
  } else {
    fmt::print("{} events from {} to {} (UTC)\n\n", report.lines(), short_time(report.first_seen()),
               short_time(report.last_seen()));
    print_channels(report);
    print_refused(report);
    print_reported(report);
    print_first_uses(report);
  }
  if (report.unreadable().empty()) return exit_yes;
  fmt::print(stderr, "lines that are no events: {}\n", fmt::join(report.unreadable(), ", "));
  return exit_no;
}

}  // namespace

void add_report(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "report",
      "Sums up audit logs: what left per channel, and what was not let out. Exit 1 when lines can't be read.");
  command->add_option("directory", options->directories, "Audit directories")->required();
  command->add_option("--since", options->since,
                      "Leave out what is older, like 2026-11-22 or 2026-11-22T08:00:00Z (UTC)");
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return print_report(*options); }; });
}

}  // namespace shirgate
