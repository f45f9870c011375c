#include "lab/walk_expectation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "audit/fields.hpp"

namespace shirgate::lab {
namespace {

class Findings {
 public:
  void expect(std::string about, std::string claim, bool held, std::string found) {
    list_.push_back({std::move(about), std::move(claim), held, std::move(found)});
  }
  [[nodiscard]] std::vector<Expectation> take() { return std::move(list_); }

 private:
  std::vector<Expectation> list_;
};

std::string actions_of(const std::vector<AuditLine>& trail) {
  std::vector<std::string_view> actions;
  for (const auto& line : trail) actions.push_back(line.action());
  return fmt::format("{}", fmt::join(actions, " "));
}

const AuditLine* line_with(const std::vector<AuditLine>& trail, std::string_view action) {
  const auto found =
      std::find_if(trail.begin(), trail.end(), [&](const AuditLine& line) { return line.action() == action; });
  return found == trail.end() ? nullptr : &*found;
}

std::string_view text_in(const std::vector<AuditLine>& trail, std::string_view action, std::string_view key) {
  const auto* line = line_with(trail, action);
  return line == nullptr ? std::string_view{} : line->text(key);
}

std::uint64_t number_in(const std::vector<AuditLine>& trail, std::string_view action, std::string_view key) {
  const auto* line = line_with(trail, action);
  return line == nullptr ? 0 : line->number(key);
}

/// Where the scenario lets the host lead; anywhere where it says nothing.
bool may_lead_to(const Scenario& scenario, const std::string& host, std::string_view address) {
  const auto found = scenario.network.answers.find(host);
  if (found == scenario.network.answers.end()) return !address.empty();
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const Address& one) { return to_string(one) == address; });
}

void judge_worked(Findings& findings, const Scenario& scenario, const Told& told, const std::string& about) {
  const auto& trail = told.trail;
  const auto& visit = told.errand.visit;
  findings.expect(about, "the log opens, checks and closes it once", actions_of(trail) == "open checked close",
                  actions_of(trail));
  const auto channel = text_in(trail, "open", field::channel);
  // What only report mode let out belongs to no channel.
  const bool only_reported = channel.empty() && !text_in(trail, "open", field::would_deny).empty();
  const auto& called = told.errand.logged_as.empty() ? told.errand.channel : told.errand.logged_as;
  findings.expect(about, fmt::format("the log calls it {}", called), channel == called || only_reported,
                  std::string(channel));
  const auto address = text_in(trail, "open", field::upstream_ip);
  findings.expect(about, "the address that was dialled is one the name leads to",
                  may_lead_to(scenario, told.errand.host, address), std::string(address));
  const auto sni = text_in(trail, "checked", field::sni);
  findings.expect(about, "the log saw the host as SNI", sni == told.errand.host, std::string(sni));
  const auto up = number_in(trail, "close", field::bytes_from_client);
  const auto down = number_in(trail, "close", field::bytes_from_upstream);
  findings.expect(about, "client and log counted the same bytes", up == visit.sent && down == visit.received && up > 0,
                  fmt::format("up {}, {}; down {}, {}", visit.sent, up, visit.received, down));
}

void judge_failed(Findings& findings, const Told& told, const std::string& about) {
  if (told.errand.visit.local_port == 0) return;  // it never came to the gate
  const auto ends =
      std::count_if(told.trail.begin(), told.trail.end(), [](const AuditLine& line) { return line.is_terminal(); });
  findings.expect(about, "the log ends it once", ends == 1, actions_of(told.trail));
}

/// Bytes that left are bytes that arrived. Only where everything worked: what is cut may lose bytes on its way.
void judge_site(Findings& findings, const SiteSaw& site, const std::vector<Told>& walk) {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::size_t visits = 0;
  for (const auto& told : walk) {
    const auto& errand = told.errand;
    if (errand.host != site.host || errand.port != site.port) continue;
    if (!errand.visit.works()) return;
    sent += errand.visit.sent;
    received += errand.visit.received;
    ++visits;
  }
  if (visits == 0) return;
  std::uint64_t arrived = 0;
  std::uint64_t answered = 0;
  bool named = true;
  for (const auto& there : site.connections) {
    arrived += there.received;
    answered += there.sent;
    named = named && there.sni == site.host;
  }
  findings.expect(site.host, fmt::format("it saw {} connections, each for its own name, and every byte", visits),
                  site.connections.size() == visits && named && arrived == sent && answered == received,
                  fmt::format("{} connections; up {}, {}; down {}, {}", site.connections.size(), sent, arrived,
                              received, answered));
}

void judge_untouched(Findings& findings, const SiteSaw& site, const std::vector<Told>& walk) {
  const bool visited = std::any_of(walk.begin(), walk.end(), [&](const Told& told) {
    return told.errand.host == site.host && told.errand.port == site.port;
  });
  if (!visited)
    findings.expect(site.host, "nobody went there", site.connections.empty(),
                    fmt::format("{} connections", site.connections.size()));
}

/// Those of `these` that are not among `those`.
std::string missing_in(const std::set<std::string>& these, const std::set<std::string>& those) {
  std::vector<std::string> missing;
  std::set_difference(these.begin(), these.end(), those.begin(), those.end(), std::back_inserter(missing));
  return missing.empty() ? "nothing" : fmt::format("{}", fmt::join(missing, ", "));
}

void expect_lines(Findings& findings, std::string_view what, const std::set<std::string>& wanted,
                  const std::set<std::string>& found) {
  findings.expect("the report", fmt::format("it names what {} as stated, and nothing else", what), wanted == found,
                  fmt::format("missing: {}; not stated: {}", missing_in(wanted, found), missing_in(found, wanted)));
}

}  // namespace

std::vector<Expectation> judge_walk(const Scenario& scenario, const std::vector<Told>& walk,
                                    const std::vector<SiteSaw>& sites) {
  Findings findings;
  for (const auto& told : walk) {
    const auto about = fmt::format("{}, {}", told.errand.channel, told.errand.title);
    if (told.errand.visit.works())
      judge_worked(findings, scenario, told, about);
    else
      judge_failed(findings, told, about);
  }
  for (const auto& site : sites) {
    judge_site(findings, site, walk);
    judge_untouched(findings, site, walk);
  }
  return findings.take();
}

std::vector<Expectation> judge_statements(const Scenario& scenario, const std::vector<ChannelResult>& channels,
                                          const std::set<std::string>& refused, const std::set<std::string>& reported) {
  Findings findings;
  for (const auto& result : channels)
    findings.expect(result.channel, "it comes to " + to_string(result.expected), result.held(),
                    to_string(result.found) + (result.trouble.empty() ? "" : "; " + result.trouble));
  const auto status = status_of(channels);
  findings.expect("the node", "its status is " + scenario.status, status == scenario.status, std::string(status));
  expect_lines(findings, "was not let out", scenario.refused, refused);
  expect_lines(findings, "only report mode let out", scenario.reported, reported);
  return findings.take();
}

}  // namespace shirgate::lab
