#include <fmt/format.h>

#include <algorithm>

#include "certs/digest.hpp"
#include "cli/html_text.hpp"
#include "cli/report_charts.hpp"
#include "cli/report_formats.hpp"
#include "cli/report_style.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

/// A page with more is slow to open; --format json has everything.
constexpr std::size_t most_rows = 1000;
constexpr std::size_t most_paragraphs = 100;

using Kind = HtmlTable::Kind;

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return text;
}

/// Nothing may be fetched and no script may run; of styles only ours.
std::string head() {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>shirgate: what left, and what did not</title>\n<style>{}</style>\n</head>\n<body>\n",
      base64(sha256(report_style)), report_style);
}

std::string paragraph(std::string_view text, std::string_view kind = {}) {
  return kind.empty() ? fmt::format("<p>{}</p>\n", html_text(text))
                      : fmt::format("<p class=\"{}\">{}</p>\n", kind, html_text(text));
}

std::string code(std::string_view text) {
  std::string lines;
  for (const auto line : lines_of(text)) lines += html_text(line) + '\n';
  return fmt::format("<pre><code>{}</code></pre>\n", lines);
}

class ReportPage {
 public:
  explicit ReportPage(const Findings& findings) : findings_(findings), report_(*findings.report) {}

  [[nodiscard]] std::string write() {
    section("channels", "What left, by channel", channels());
    section(
        "public", "Public answers on private channels",
        wrong_answers("public-table", "Public answers, where private ones were expected", findings_.public_on_private));
    section(
        "answers", "Other answers that were not expected",
        wrong_answers("answers-table", "Answers outside of where the name must lead", findings_.other_wrong_answers));
    section("unlisted", "What no rule lists", unlisted());
    section("reported", "What only report mode let out",
            attempts("reported-table", "Only reported", findings_.reported));
    section("refused", "What was refused otherwise", attempts("refused-table", "Refused otherwise", findings_.refused));
    section("rest", "What was only counted", rest());
    section("strangers", "Hosts that were new under a wildcard", strangers());
    section("unused", "Rules that let nothing pass in this time", unused());
    section("troubles", "What could not be read", troubles());
    return head() + fmt::format("<header>\n<h1>What left, and what did not</h1>\n{}</header>\n", paragraph(summary())) +
           fmt::format("<nav aria-label=\"Sections\">\n<ul>\n{}</ul>\n</nav>\n<main>\n{}</main>\n", links_, sections_) +
           "<footer>\n<p class=\"quiet\">Written by shirgate report. All times are "
           "UTC.</p>\n</footer>\n</body>\n</html>\n";
  }

 private:
  /// An empty one is left out.
  void section(std::string_view id, std::string_view title, const std::string& body) {
    if (body.empty()) return;
    links_ += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, title);
    sections_ +=
        fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{1}</h2>\n{2}</section>\n", id, title, body);
  }

  [[nodiscard]] std::string summary() const {
    return fmt::format("{} from {} to {} (UTC).", counted(report_.lines(), "event"), short_time(report_.first_seen()),
                       short_time(report_.last_seen()));
  }

  [[nodiscard]] std::string channels() const {
    if (report_.channels().empty()) return paragraph("Nothing left.") + tunnels_over_time(report_);
    HtmlTable totals("totals-table", "Totals of each channel",
                     {{"Channel"},
                      {"Runtime"},
                      {"Hosts", Kind::figure},
                      {"Tunnels", Kind::figure},
                      {"Failed", Kind::figure},
                      {"Cut", Kind::figure},
                      {"Torn", Kind::figure},
                      {"Still open", Kind::figure},
                      {"Sent", Kind::figure},
                      {"Received", Kind::figure},
                      {"Dial p50", Kind::figure},
                      {"Dial p99", Kind::figure}});
    for (const auto& [key, hosts] : report_.channels()) {
      const auto total = total_of(hosts);
      totals.add({key.channel.empty() ? "(none)" : key.channel, key.runtime,
                  std::to_string(hosts.listed.size() + hosts.rest_hosts.count()), std::to_string(total.tunnels),
                  std::to_string(total.failed), std::to_string(total.cut), std::to_string(total.torn),
                  std::to_string(total.open), human_bytes(total.bytes_from_client),
                  human_bytes(total.bytes_from_upstream), short_duration(total.dial_times.quantile(0.5)),
                  short_duration(total.dial_times.quantile(0.99))});
    }
    return bytes_by_channel(report_) + tunnels_over_time(report_) + totals.html() + hosts();
  }

  [[nodiscard]] std::string hosts() const {
    HtmlTable table("hosts-table", "Every host that was reached",
                    {{"Host"},
                     {"Runtime"},
                     {"Channel"},
                     {"SNI"},
                     {"Addresses"},
                     {"Tunnels", Kind::figure},
                     {"Failed", Kind::figure},
                     {"Cut", Kind::figure},
                     {"Sent", Kind::figure},
                     {"Received", Kind::figure},
                     {"Dial p50", Kind::figure},
                     {"Dial p99", Kind::figure},
                     {"Last seen"}});
    std::size_t rows = 0;
    std::size_t left_out = 0;
    for (const auto& [key, hosts] : report_.channels()) {
      left_out += hosts.rest_hosts.count();
      for (const auto& [target, host] : hosts.listed) {
        if (++rows > most_rows) continue;
        table.add({target, key.runtime, key.channel, names_its_host(host, target) ? "same" : few_text(host.snis),
                   addresses_of(host.addresses), std::to_string(host.tunnels), std::to_string(host.failed),
                   std::to_string(host.cut), human_bytes(host.bytes_from_client), human_bytes(host.bytes_from_upstream),
                   short_duration(host.dial_times.quantile(0.5)), short_duration(host.dial_times.quantile(0.99)),
                   short_time(host.last_seen)});
      }
    }
    left_out += rows - std::min(rows, most_rows);
    return table.html() + left_out_text(left_out, "hosts");
  }

  [[nodiscard]] static std::string left_out_text(std::size_t count, std::string_view what) {
    return count == 0 ? std::string() : paragraph(fmt::format("And {} more {}, which are not listed.", count, what));
  }

  [[nodiscard]] static std::string addresses_of(const FewOf& addresses) {
    std::string text;
    for (const auto& address : addresses.listed())
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", address, class_of(address));
    if (addresses.more() > 0) text += ", and " + more_text(addresses.more(), addresses.more_is_least());
    return text;
  }

  [[nodiscard]] static std::string wrong_answers(std::string_view id, std::string_view caption,
                                                 const std::vector<WrongAnswer>& answers) {
    if (answers.empty()) return {};
    HtmlTable table(id, caption,
                    {{"Host"}, {"Runtime"}, {"Channel"}, {"Answers"}, {"Times", Kind::figure}, {"First"}, {"Last"}});
    for (std::size_t i = 0; i < std::min(answers.size(), most_rows); ++i) {
      const auto& [key, summary, classes] = answers[i];
      table.add({key->target, key->runtime, summary->channel, addresses_of(summary->addresses),
                 std::to_string(summary->count), short_time(summary->first_seen), short_time(summary->last_seen)});
    }
    return table.html() + left_out_text(answers.size() - std::min(answers.size(), most_rows), "names");
  }

  [[nodiscard]] std::string unlisted() const {
    if (findings_.unlisted.empty()) return paragraph("Nothing tried to leave that is not listed.");
    std::string text =
        refusals_by_host(findings_.unlisted) + attempts("unlisted-table", "Not listed", findings_.unlisted);
    for (std::size_t i = 0; i < std::min(findings_.unlisted.size(), most_paragraphs); ++i)
      text += advice_on(findings_.unlisted[i]);
    return text;
  }

  [[nodiscard]] std::string rest() const {
    std::string text;
    if (report_.refused().rest.count > 0) text += paragraph(only_counted(report_.refused(), "refusal") + '.');
    if (report_.reported().rest.count > 0)
      text += paragraph(only_counted(report_.reported(), "reported attempt") + '.');
    if (const auto torn = report_.torn_unknown(); torn > 0)
      text += paragraph(fmt::format("{} torn whose opening is not in these logs.", counted(torn, "tunnel")));
    return text;
  }

  [[nodiscard]] static std::string advice_on(const Attempt& attempt) {
    const auto& advice = attempt.advice;
    if (advice.setting.empty() && advice.allow.empty() && advice.against.empty()) return {};
    std::string text = fmt::format("<h3>{}</h3>\n", html_text(attempt_target(*attempt.key, *attempt.summary)));
    if (!advice.resembles.empty()) text += paragraph("Looks like " + advice.resembles);
    text += paragraph(advice.documented.empty() ? "Microsoft does not document that SHIR needs it."
                                                : "Documented: " + advice.documented);
    if (!advice.against.empty()) text += paragraph("Careful: " + advice.against, "alarm");
    if (!advice.setting.empty()) text += paragraph("To allow it, in the [[runtime]]:") + code(advice.setting);
    if (!advice.replaces.empty()) text += paragraph(advice.replaces);
    if (advice.setting.empty() && !advice.allow.empty()) text += paragraph("To allow it:") + code(advice.allow);
    return text;
  }

  [[nodiscard]] static std::string attempts(std::string_view id, std::string_view what,
                                            const std::vector<Attempt>& attempts) {
    if (attempts.empty()) return {};
    HtmlTable table(id, fmt::format("{}, the most frequent first", what),
                    {{"Target"},
                     {"Runtime"},
                     {"Reason"},
                     {"Times", Kind::figure},
                     {"First"},
                     {"Last"},
                     {"Clients"},
                     {"Looks like"}});
    for (std::size_t i = 0; i < std::min(attempts.size(), most_rows); ++i) {
      const auto& [key, summary, advice] = attempts[i];
      table.add({attempt_target(*key, *summary), key->runtime, key->reason, std::to_string(summary->count),
                 short_time(summary->first_seen), short_time(summary->last_seen), few_text(summary->clients),
                 advice.resembles.empty() ? advice.text : advice.resembles});
    }
    return table.html() + left_out_text(attempts.size() - std::min(attempts.size(), most_rows), "targets");
  }

  [[nodiscard]] std::string strangers() const {
    if (findings_.strangers.empty()) return {};
    HtmlTable table("strangers-table", "New hosts, the latest first",
                    {{"Host"},
                     {"Runtime"},
                     {"Channel"},
                     {"Rule"},
                     {"First use"},
                     {"Tunnels", Kind::figure},
                     {"Sent", Kind::figure}});
    for (std::size_t i = 0; i < std::min(findings_.strangers.size(), most_rows); ++i) {
      const auto& [channel, target, host] = findings_.strangers[i];
      table.add({*target, channel->runtime, channel->channel, host->rule, short_time(host->first_use),
                 std::to_string(host->tunnels), human_bytes(host->bytes_from_client)});
    }
    return table.html() +
           left_out_text(findings_.strangers.size() - std::min(findings_.strangers.size(), most_rows), "hosts");
  }

  [[nodiscard]] std::string unused() const {
    if (!findings_.has_rules) return {};
    if (findings_.unused.empty()) return paragraph("Every rule was used.");
    HtmlTable table("unused-table", "Candidates for removal, where the time is long enough to tell",
                    {{"Rule"}, {"Runtime"}, {"Channel"}, {"Pattern"}, {"Port", Kind::figure}, {"From"}});
    for (const auto* rule : findings_.unused)
      table.add({std::string(rule->name.text()), std::string(rule->runtime.text()), std::string(rule->channel.text()),
                 rule->pattern.text(), std::to_string(rule->port), rule->provenance.origin});
    return table.html();
  }

  [[nodiscard]] std::string troubles() const {
    std::string text;
    const auto& found = *findings_.troubles;
    for (const auto& broken : found.broken) text += paragraph(broken, "alarm");
    if (found.unreadable_count == 0) return text;
    std::string places;
    for (const auto& place : found.unreadable) places += (places.empty() ? "" : ", ") + place;
    return text + paragraph(fmt::format("{} that are no events: {}", counted(found.unreadable_count, "line"), places),
                            "alarm");
  }

  const Findings& findings_;
  const Report& report_;
  std::string links_;
  std::string sections_;
};

}  // namespace

std::string report_as_html(const Findings& findings) { return ReportPage(findings).write(); }

}  // namespace shirgate
