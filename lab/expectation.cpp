#include "lab/expectation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "audit/fields.hpp"

namespace shirgate::lab {
namespace {

class Findings {
 public:
  explicit Findings(std::string about) : about_(std::move(about)) {}
  void expect(std::string claim, bool held, std::string found) {
    list_.push_back({about_, std::move(claim), held, std::move(found)});
  }
  [[nodiscard]] std::vector<Expectation> take() { return std::move(list_); }

 private:
  std::string about_;
  std::vector<Expectation> list_;
};

/// "open checked close", as they stand in the log.
std::string actions_of(const std::vector<AuditLine>& trail) {
  std::vector<std::string_view> actions;
  for (const auto& line : trail) actions.push_back(line.action());
  return fmt::format("{}", fmt::join(actions, " "));
}

std::string_view text_of(const Observation& seen, std::string_view action, std::string_view key) {
  const auto found = std::find_if(seen.trail.begin(), seen.trail.end(),
                                  [&](const AuditLine& line) { return line.action() == action; });
  return found == seen.trail.end() ? std::string_view{} : found->text(key);
}

std::uint64_t number_of(const Observation& seen, std::string_view action, std::string_view key) {
  const auto found = std::find_if(seen.trail.begin(), seen.trail.end(),
                                  [&](const AuditLine& line) { return line.action() == action; });
  return found == seen.trail.end() ? 0 : found->number(key);
}

/// Every line names the target, or shows what was asked where there is none.
bool all_name_the_target(const Observation& seen) {
  return std::all_of(seen.trail.begin(), seen.trail.end(), [&](const AuditLine& line) {
    if (line.has(field::asked)) return line.text(field::asked) == seen.attempt.target();
    return line.text(field::host) == seen.attempt.approach.host &&
           line.number(field::port) == seen.attempt.approach.port;
  });
}

void expect_nothing_else(Findings& findings, const Observation& seen) {
  findings.expect("no connection to an endpoint was left open", seen.all_ended, seen.all_ended ? "none" : "some");
  findings.expect("nobody else was touched", seen.strangers == 0, fmt::format("{} connections", seen.strangers));
  findings.expect("no name was looked up that may not be", seen.looked_up.empty(),
                  fmt::format("looked up: {}", fmt::join(seen.looked_up, " ")));
}

void judge_listed(Findings& findings, const Observation& seen) {
  const auto& [attempt, visit, trail, arrived, all_ended, strangers, looked_up] = seen;
  findings.expect("it works for the client", visit.works(), fmt::format("{} {}", visit.status, visit.trouble));

  findings.expect("the log opens, checks and closes it once", actions_of(trail) == "open checked close",
                  actions_of(trail));
  const auto channel = text_of(seen, "open", field::channel);
  findings.expect(fmt::format("the log calls it {}", attempt.channel),
                  channel == attempt.channel && all_name_the_target(seen), std::string(channel));
  const auto address = text_of(seen, "open", field::upstream_ip);
  findings.expect(fmt::format("the log says {} was dialled", attempt.address), address == attempt.address,
                  std::string(address));

  const SeenConnection nobody;
  const auto& there = arrived.empty() ? nobody : arrived.front();
  findings.expect(fmt::format("the endpoint got {} requests in one connection", attempt.requests),
                  arrived.size() == 1 && there.requests.size() == attempt.requests,
                  fmt::format("{} connections: {}", arrived.size(), fmt::join(there.requests, ", ")));
  const auto sni = text_of(seen, "checked", field::sni);
  findings.expect("log and endpoint saw the host as SNI", sni == attempt.approach.host && there.sni == sni,
                  fmt::format("log {}, endpoint {}", sni, there.sni));
  const auto up = number_of(seen, "close", field::bytes_from_client);
  const auto down = number_of(seen, "close", field::bytes_from_upstream);
  findings.expect("client, log and endpoint counted the same bytes up",
                  visit.sent == up && up == there.received && up > 0,
                  fmt::format("{}, {}, {}", visit.sent, up, there.received));
  findings.expect("client, log and endpoint counted the same bytes down",
                  visit.received == down && down == there.sent && down > 0,
                  fmt::format("{}, {}, {}", visit.received, down, there.sent));
}

void judge_refused(Findings& findings, const Observation& seen) {
  const auto reason = seen.attempt.expected;
  const auto& row = row_of(reason);
  findings.expect(fmt::format("the client is answered {}", row.status), seen.visit.status == row.status,
                  std::to_string(seen.visit.status));
  findings.expect(fmt::format("the client is told {}", row.token),
                  seen.visit.said.starts_with(fmt::format("shirgate: {}", row.token)), seen.visit.said);

  const std::string_view action = is_failure_of_the_world(reason) ? "failed" : "denied";
  findings.expect(fmt::format("the log has it once, as {}", action), actions_of(seen.trail) == action,
                  actions_of(seen.trail));
  const auto logged = text_of(seen, action, field::reason);
  const auto stage = text_of(seen, action, field::stage);
  findings.expect(fmt::format("the log says {}, {}", row.token, to_string(row.stage)),
                  logged == row.token && stage == to_string(row.stage), fmt::format("{}, {}", logged, stage));
  findings.expect("the log names what was asked for", !seen.trail.empty() && all_name_the_target(seen),
                  seen.trail.empty() ? "no line" : std::string(seen.trail.front().text(field::host)));
  findings.expect("no endpoint was reached", seen.arrived.empty(), fmt::format("{} connections", seen.arrived.size()));
}

void judge_cut(Findings& findings, const Observation& seen) {
  const auto& row = row_of(seen.attempt.expected);
  const auto& visit = seen.visit;
  const auto alert = row.alert ? std::optional(static_cast<int>(*row.alert)) : std::nullopt;
  const auto shown = [](std::optional<int> number) { return number ? fmt::format("alert {}", *number) : "no alert"; };
  // Who sends a second hello has heard the server ask for it.
  const bool asked_again = seen.attempt.approach.first_bytes == FirstBytes::second_hello;
  const bool nothing_else = asked_again || visit.received == (alert ? 7U : 0U);
  findings.expect(fmt::format("the client gets a tunnel, then {} and nothing else", shown(alert)),
                  visit.status == 200 && !visit.works() && visit.alert == alert && nothing_else,
                  fmt::format("{}, {}, {} bytes", visit.status, shown(visit.alert), visit.received));

  findings.expect("the log opens and closes it, unchecked", actions_of(seen.trail) == "open close",
                  actions_of(seen.trail));
  const auto logged = text_of(seen, "close", field::reason);
  findings.expect(fmt::format("the log says {} on {}", row.token, seen.attempt.channel),
                  logged == row.token && text_of(seen, "close", field::channel) == seen.attempt.channel &&
                      all_name_the_target(seen),
                  fmt::format("{} on {}", logged, text_of(seen, "close", field::channel)));
  const bool names_another = asked_again || seen.attempt.approach.first_bytes == FirstBytes::hello_for_another;
  const std::string_view sni = names_another ? seen.attempt.approach.other_name : std::string_view{};
  const auto logged_sni = text_of(seen, "close", field::sni);
  findings.expect("the log shows the SNI that was sent", logged_sni == sni, std::string(logged_sni));

  const auto up = number_of(seen, "close", field::bytes_from_client);
  std::uint64_t arrived = 0;
  for (const auto& there : seen.arrived) arrived += there.received;
  findings.expect(fmt::format("the endpoint saw one connection and {}",
                              asked_again ? "nothing but the first hello" : "not one byte"),
                  seen.arrived.size() == 1 && arrived == visit.first_hello && up == arrived,
                  fmt::format("{} connections, {} bytes", seen.arrived.size(), arrived));
}

}  // namespace

std::vector<Expectation> judge(const Observation& seen) {
  Findings findings(seen.attempt.title);
  if (seen.attempt.is_listed())
    judge_listed(findings, seen);
  else if (seen.attempt.is_refused())
    judge_refused(findings, seen);
  else
    judge_cut(findings, seen);
  expect_nothing_else(findings, seen);
  return findings.take();
}

std::vector<Expectation> judge(const AuditLog& log) {
  Findings findings("the audit log");
  findings.expect("every line is a JSON object", log.unreadable == 0, fmt::format("{} are not", log.unreadable));
  std::uint64_t next = 1;
  std::size_t misnumbered = 0;
  std::size_t unmarked = 0;
  std::map<std::string_view, int> open;
  for (const auto& line : log.lines) {
    if (line.number(field::seq) != next++) ++misnumbered;
    if (!line.flag(field::lab)) ++unmarked;
    if (line.action() == "open") ++open[line.text(field::tunnel)];
    if (line.action() == "close") --open[line.text(field::tunnel)];
  }
  const auto unbalanced = std::count_if(open.begin(), open.end(), [](const auto& each) { return each.second != 0; });
  findings.expect("lines are numbered from 1 without a gap", misnumbered == 0 && !log.lines.empty(),
                  fmt::format("{} of {} are not", misnumbered, log.lines.size()));
  findings.expect("every line says that this is a lab", unmarked == 0, fmt::format("{} do not", unmarked));
  findings.expect("every tunnel that opened was closed once", unbalanced == 0, fmt::format("{} were not", unbalanced));
  return findings.take();
}

}  // namespace shirgate::lab
