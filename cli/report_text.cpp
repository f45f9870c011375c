#include <fmt/format.h>

#include <algorithm>

#include "cli/report_formats.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

/// More rows than that nobody reads; the other formats have all.
constexpr std::size_t most_rows = 40;

std::string first_of(const FewOf& few) {
  if (few.empty()) return "-";
  const auto more = few.listed().size() - 1 + few.more();
  return more == 0 ? few.listed().front() : fmt::format("{} +{}", few.listed().front(), more);
}

/// Where it led; a class that is not the usual one is told.
std::string first_address_of(const FewOf& addresses) {
  auto text = first_of(addresses);
  if (addresses.empty()) return text;
  const auto kind = class_of(addresses.listed().front());
  return kind == to_string(AddressClass::public_) ? text : fmt::format("{} ({})", text, kind);
}

using Row = std::pair<const std::string, HostSummary>;

std::vector<const Row*> busiest(const Report::Hosts& hosts) {
  std::vector<const Row*> rows;
  for (const auto& row : hosts.listed) rows.push_back(&row);
  const auto bytes = [](const Row* row) { return row->second.bytes_from_client + row->second.bytes_from_upstream; };
  std::stable_sort(rows.begin(), rows.end(), [&](const Row* a, const Row* b) { return bytes(a) > bytes(b); });
  return rows;
}

class ReportText {
 public:
  ReportText(const Findings& findings, std::size_t width, const Paint& paint)
      : findings_(findings), width_(width), paint_(paint) {}

  [[nodiscard]] std::string write() {
    const auto& report = *findings_.report;
    out_ = fmt::format("{} from {} to {} (UTC)\n", counted(report.lines(), "event"), short_time(report.first_seen()),
                       short_time(report.last_seen()));
    write_channels();
    write_wrong_answers("Public answers on private channels", findings_.public_on_private, true);
    write_wrong_answers("Other answers that were not expected", findings_.other_wrong_answers, false);
    write_attempts("What no rule lists", findings_.unlisted);
    write_attempts("What only report mode let out", findings_.reported);
    write_attempts("What was refused otherwise", findings_.refused);
    write_rest();
    write_strangers();
    write_unused();
    return std::move(out_);
  }

 private:
  void head(std::string_view title) { out_ += fmt::format("\n{}\n\n", paint_.heading(title)); }
  void indented(std::string_view text) { out_ += "  " + wrapped(text, width_ - 2, 2); }
  void more(std::size_t count, std::string_view what) {
    if (count > 0) out_ += fmt::format("  and {} more {}; --format json lists them\n", count, what);
  }

  void write_channels() {
    head("What left, by channel");
    if (findings_.report->channels().empty()) out_ += "  nothing\n";
    bool first = true;
    for (const auto& [key, hosts] : findings_.report->channels()) {
      if (!first) out_ += '\n';
      first = false;
      write_channel(key, hosts);
    }
    if (const auto torn = findings_.report->torn_unknown(); torn > 0)
      indented(fmt::format("{} torn whose opening is not in these logs", counted(torn, "tunnel")));
  }

  void write_channel(const Report::Channel& key, const Report::Hosts& hosts) {
    const auto total = total_of(hosts);
    std::string line =
        fmt::format("{} / {}: {}, {} sent, {} received", key.runtime.empty() ? "(no runtime)" : key.runtime,
                    key.channel.empty() ? "(no channel)" : key.channel, counted(total.tunnels, "tunnel"),
                    human_bytes(total.bytes_from_client), human_bytes(total.bytes_from_upstream));
    if (total.dial_times.count() > 0)
      line += fmt::format("; dialling took {} (p50), {} (p99)", short_duration(total.dial_times.quantile(0.5)),
                          short_duration(total.dial_times.quantile(0.99)));
    for (const auto& [count, what] : {std::pair{total.failed, "failed"}, std::pair{total.cut, "cut"},
                                      std::pair{total.torn, "torn"}, std::pair{total.open, "still open"}})
      if (count > 0) line += fmt::format("; {} {}", count, what);
    out_ += wrapped(line, width_, 2);
    write_hosts(hosts);
  }

  void write_hosts(const Report::Hosts& hosts) {
    Table table({Table::shrinkable("HOST", 20),
                 Table::shrinkable("SNI", 8),
                 Table::shrinkable("ADDRESS", 12),
                 {"TUNNELS", Align::right},
                 {"FAILED", Align::right},
                 {"CUT", Align::right},
                 {"SENT", Align::right},
                 {"RECEIVED", Align::right}});
    const auto rows = busiest(hosts);
    for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) {
      const auto& [target, host] = *rows[i];
      table.add({target, names_its_host(host, target) ? "same" : first_of(host.snis), first_address_of(host.addresses),
                 std::to_string(host.tunnels), std::to_string(host.failed), std::to_string(host.cut),
                 human_bytes(host.bytes_from_client), human_bytes(host.bytes_from_upstream)});
    }
    out_ += table.text(width_);
    if (rows.size() > most_rows) more(rows.size() - most_rows, "hosts");
    if (hosts.rest_hosts.count() > 0)
      out_ += fmt::format("  {} hosts were only counted: {}\n",
                          more_text(hosts.rest_hosts.count(), hosts.rest_hosts.is_least()),
                          counted(hosts.rest.tunnels, "tunnel"));
  }

  /// Each attempt is a small paragraph: what matters (the host, the advice) is long.
  void write_attempts(std::string_view title, const std::vector<Attempt>& attempts) {
    if (attempts.empty()) {
      if (&attempts != &findings_.unlisted) return;
      head(title);
      out_ += "  nothing tried to leave that is not listed\n";
      return;
    }
    head(title);
    for (std::size_t i = 0; i < std::min(attempts.size(), most_rows); ++i) write_attempt(attempts[i]);
    if (attempts.size() > most_rows) more(attempts.size() - most_rows, "targets");
  }

  void write_attempt(const Attempt& attempt) {
    const auto& [key, summary, advice] = attempt;
    auto title = wrapped(attempt_target(*key, *summary), width_ - 2, 2);
    title.pop_back();  // its line end
    out_ += "  " + paint_.heading(title) + '\n';
    const auto line = [&](std::string_view text) { out_ += "    " + wrapped(text, width_ - 4, 4); };
    line(fmt::format("{}, {}, first {}, last {}, from {}{}", key->reason, counted(summary->count, "time"),
                     short_time(summary->first_seen), short_time(summary->last_seen), first_of(summary->clients),
                     key->runtime.empty() ? "" : fmt::format(" ({})", key->runtime)));
    if (!advice.resembles.empty()) line("looks like " + advice.resembles);
    if (!advice.documented.empty())
      line("documented: " + advice.documented);
    else if (!advice.allow.empty())
      line("Microsoft does not document that SHIR needs it");
    if (advice.resembles.empty() && advice.allow.empty() && !advice.text.empty()) line(advice.text);
    if (!advice.against.empty()) {
      constexpr std::string_view careful = "careful:";
      const auto text = wrapped(fmt::format("{} {}", careful, advice.against), width_ - 4, 4);
      out_ += "    " + paint_.alarm(careful) + text.substr(careful.size());
    }
    write_remedy(advice);
  }

  /// What to write, as it must stand in the file, so it is never wrapped.
  void write_remedy(const Advice& advice) {
    const auto block = [&](std::string_view title, std::string_view text) {
      out_ += fmt::format("    {}\n", paint_.aside(title));
      for (const auto line : lines_of(text)) out_ += fmt::format("      {}\n", printable(line));
    };
    if (!advice.setting.empty()) block("to allow it, in the [[runtime]]:", advice.setting);
    if (!advice.replaces.empty()) out_ += "      # " + wrapped(advice.replaces, width_ - 8, 8);
    if (!advice.allow.empty() && advice.setting.empty()) block("to allow it:", advice.allow);
  }

  void write_rest() {
    write_rest(findings_.report->refused(), "refusal");
    write_rest(findings_.report->reported(), "reported attempt");
  }

  void write_rest(const Report::Attempts& attempts, std::string_view what) {
    if (attempts.rest.count > 0) out_ += fmt::format("\n  {}\n", only_counted(attempts, what));
  }

  void write_wrong_answers(std::string_view title, const std::vector<WrongAnswer>& answers, bool incident) {
    if (answers.empty()) return;
    out_ += fmt::format("\n{}\n\n", incident ? paint_.alarm(title) : paint_.heading(title));
    Table table({Table::shrinkable("HOST", 20),
                 {"CHANNEL"},
                 Table::shrinkable("ANSWERS", 20),
                 {"TIMES", Align::right},
                 {"LAST"}});
    for (const auto& answer : answers) {
      std::string addresses;
      for (const auto& [address, kind] : answer.addresses)
        addresses += fmt::format("{}{} ({})", addresses.empty() ? "" : ", ", address, kind);
      table.add({answer.key->target, answer.summary->channel, addresses, std::to_string(answer.summary->count),
                 short_time(answer.summary->last_seen)});
    }
    out_ += table.text(width_);
  }

  void write_strangers() {
    if (findings_.strangers.empty()) return;
    head("Hosts that were new under a wildcard");
    Table table({Table::shrinkable("HOST", 20),
                 {"CHANNEL"},
                 Table::shrinkable("RULE", 16),
                 {"FIRST"},
                 {"TUNNELS", Align::right},
                 {"SENT", Align::right}});
    for (std::size_t i = 0; i < std::min(findings_.strangers.size(), most_rows); ++i) {
      const auto& [channel, target, host] = findings_.strangers[i];
      table.add({*target, channel->channel, host->rule, short_time(host->first_use), std::to_string(host->tunnels),
                 human_bytes(host->bytes_from_client)});
    }
    out_ += table.text(width_);
    if (findings_.strangers.size() > most_rows) more(findings_.strangers.size() - most_rows, "hosts");
  }

  void write_unused() {
    if (!findings_.has_rules) return;
    head("Rules that let nothing pass in this time");
    if (findings_.unused.empty()) out_ += "  none: every rule was used\n";
    for (const auto* rule : findings_.unused)
      indented(fmt::format("{}  {} port {} ({})", rule->name.text(), rule->pattern.text(), rule->port,
                           rule->provenance.origin));
  }

  const Findings& findings_;
  std::size_t width_;
  const Paint& paint_;
  std::string out_;
};

}  // namespace

std::string report_as_text(const Findings& findings, std::size_t width, const Paint& paint) {
  return ReportText(findings, std::max<std::size_t>(width, 40), paint).write();
}

}  // namespace shirgate
