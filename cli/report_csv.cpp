#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/report_formats.hpp"
#include "cli/rule_list_text.hpp"

namespace shirgate {
namespace {

/// Everything a row can say; what does not apply to it stays empty.
struct Line {
  /// host, unlisted, refused, reported or unused; with _rest behind it what of these was only counted; or torn_unknown
  std::string kind;
  std::string runtime;
  std::string channel;
  std::string target;
  std::string reason;
  std::string rule;
  std::string sni;
  std::string addresses;
  std::string address_classes;
  std::string clients;
  std::string count;  ///< tunnels, or attempts
  std::string failed;
  std::string cut;
  std::string torn;
  std::string open;
  std::string bytes_from_client;
  std::string bytes_from_upstream;
  std::string dial_p50_us;
  std::string dial_p99_us;
  std::string first_seen;
  std::string last_seen;
  std::string first_use;
  std::string resembles;
  std::string documented;
  std::string careful;
  std::string to_add;  ///< TOML, so lines
};

struct Column {
  std::string_view title;
  std::string Line::*field;
  bool holds_lines = false;
};

constexpr std::array columns{Column{"kind", &Line::kind},
                             Column{"runtime", &Line::runtime},
                             Column{"channel", &Line::channel},
                             Column{"target", &Line::target},
                             Column{"reason", &Line::reason},
                             Column{"rule", &Line::rule},
                             Column{"sni", &Line::sni},
                             Column{"addresses", &Line::addresses},
                             Column{"address_classes", &Line::address_classes},
                             Column{"clients", &Line::clients},
                             Column{"count", &Line::count},
                             Column{"failed", &Line::failed},
                             Column{"cut", &Line::cut},
                             Column{"torn", &Line::torn},
                             Column{"open", &Line::open},
                             Column{"bytes_from_client", &Line::bytes_from_client},
                             Column{"bytes_from_upstream", &Line::bytes_from_upstream},
                             Column{"dial_p50_us", &Line::dial_p50_us},
                             Column{"dial_p99_us", &Line::dial_p99_us},
                             Column{"first_seen", &Line::first_seen},
                             Column{"last_seen", &Line::last_seen},
                             Column{"first_use", &Line::first_use},
                             Column{"resembles", &Line::resembles},
                             Column{"documented", &Line::documented},
                             Column{"careful", &Line::careful},
                             Column{"to_add", &Line::to_add, true}};

std::string classes_of(const FewOf& addresses) {
  std::string text;
  for (const auto& address : addresses.listed()) text += (text.empty() ? "" : ", ") + class_of(address);
  return text;
}

std::string microseconds(const DialTimes& times, double q) {
  const auto time = times.quantile(q);
  return time ? std::to_string(time->count()) : std::string();
}

Line to_line(const Report::Channel& channel, const std::string& target, const HostSummary& host) {
  return {.kind = "host",
          .runtime = channel.runtime,
          .channel = channel.channel,
          .target = target,
          .rule = host.rule,
          .sni = few_text(host.snis),
          .addresses = few_text(host.addresses),
          .address_classes = classes_of(host.addresses),
          .count = std::to_string(host.tunnels),
          .failed = std::to_string(host.failed),
          .cut = std::to_string(host.cut),
          .torn = std::to_string(host.torn),
          .open = std::to_string(host.open),
          .bytes_from_client = std::to_string(host.bytes_from_client),
          .bytes_from_upstream = std::to_string(host.bytes_from_upstream),
          .dial_p50_us = microseconds(host.dial_times, 0.5),
          .dial_p99_us = microseconds(host.dial_times, 0.99),
          .first_seen = host.first_seen,
          .last_seen = host.last_seen,
          .first_use = host.first_use};
}

Line to_line(const Attempt& attempt, std::string kind) {
  const auto& [key, summary, advice] = attempt;
  return {.kind = std::move(kind),
          .runtime = key->runtime,
          .channel = summary->channel,
          .target = key->target,
          .reason = key->reason,
          .sni = key->sni,
          .addresses = few_text(summary->addresses),
          .address_classes = classes_of(summary->addresses),
          .clients = few_text(summary->clients),
          .count = std::to_string(summary->count),
          .first_seen = summary->first_seen,
          .last_seen = summary->last_seen,
          .resembles = advice.resembles,
          .documented = advice.documented,
          .careful = advice.against,
          .to_add = advice.setting.empty() ? advice.allow : advice.setting};
}

std::string rest_text(const Distinct& rest, std::string_view what) {
  return fmt::format("{} {}", more_text(rest.count(), rest.is_least()), what);
}

Line to_line(const Report::Attempts& attempts, std::string kind) {
  return {.kind = std::move(kind),
          .target = rest_text(attempts.rest_targets, "targets"),
          .clients = few_text(attempts.rest.clients),
          .count = std::to_string(attempts.rest.count),
          .first_seen = attempts.rest.first_seen,
          .last_seen = attempts.rest.last_seen};
}

Line to_line(const Rule& rule) {
  return {.kind = "unused",
          .runtime = std::string(rule.runtime.text()),
          .channel = std::string(rule.channel.text()),
          .target = fmt::format("{}:{}", rule.pattern.text(), rule.port),
          .rule = std::string(rule.name.text())};
}

std::string printable_lines(std::string_view text) {
  std::string lines;
  for (const auto line : lines_of(text)) lines += (lines.empty() ? "" : "\n") + printable(line);
  return lines;
}

void append(std::string& text, const Line& line) {
  for (const auto& column : columns) {
    const auto& cell = line.*column.field;
    text += csv_cell(column.holds_lines ? printable_lines(cell) : printable(cell)) +
            (&column == &columns.back() ? "\r\n" : ",");
  }
}

/// What found no room above, so that nobody takes the rows for everything.
void append_rest(std::string& text, const Report& report) {
  for (const auto& [channel, hosts] : report.channels()) {
    if (hosts.rest_hosts.count() == 0) continue;
    auto line = to_line(channel, rest_text(hosts.rest_hosts, "hosts"), hosts.rest);
    line.kind = "host_rest";
    append(text, line);
  }
  if (report.refused().rest.count > 0) append(text, to_line(report.refused(), "refused_rest"));
  if (report.reported().rest.count > 0) append(text, to_line(report.reported(), "reported_rest"));
  if (report.torn_unknown() > 0) append(text, {.kind = "torn_unknown", .count = std::to_string(report.torn_unknown())});
}

}  // namespace

std::string report_as_csv(const Findings& findings) {
  std::string text;
  for (const auto& column : columns) text += (text.empty() ? "" : ",") + csv_cell(column.title);
  text += "\r\n";
  for (const auto& [channel, hosts] : findings.report->channels())
    for (const auto& [target, host] : hosts.listed) append(text, to_line(channel, target, host));
  for (const auto& attempt : findings.unlisted) append(text, to_line(attempt, "unlisted"));
  for (const auto& attempt : findings.refused) append(text, to_line(attempt, "refused"));
  for (const auto& attempt : findings.reported) append(text, to_line(attempt, "reported"));
  for (const auto* rule : findings.unused) append(text, to_line(*rule));
  append_rest(text, *findings.report);
  return text;
}

}  // namespace shirgate
