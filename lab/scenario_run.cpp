#include "lab/scenario_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "audit/fields.hpp"
#include "audit/log_reader.hpp"
#include "audit/report.hpp"
#include "audit/verify.hpp"
#include "lab/full_disk.hpp"
#include "lab/tricks.hpp"
#include "proxy/gate/gate.hpp"

namespace shirgate::lab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds settle_limit{10};
constexpr std::int64_t connections_of_a_lab = 200;

/// Polls, because neither gate nor journal calls back.
template <class Condition>
bool wait_until(Condition holds) {
  const auto deadline = Clock::now() + settle_limit;
  while (!holds()) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::shared_ptr<const Policy> without_channels(const Policy& policy, const std::set<std::string>& channels) {
  std::vector<Rule> rules;
  for (const auto& rule : policy.rules())
    if (!channels.contains(std::string(rule.channel.text()))) rules.push_back(rule);
  return std::make_shared<const Policy>(std::vector(policy.runtimes().begin(), policy.runtimes().end()),
                                        std::move(rules));
}

Scenario do_without(Scenario scenario, const std::set<std::string>& channels) {
  if (channels.empty()) return scenario;
  scenario.config.policy = without_channels(*scenario.config.policy, channels);
  if (scenario.reloaded) scenario.reloaded = without_channels(*scenario.reloaded, channels);
  return scenario;
}

DnsPlan dns_plan(const Scenario& scenario, const PretendAzure& azure) {
  DnsPlan plan{.state = scenario.network.dns, .answers = scenario.network.answers};
  for (const auto& site : azure.sites()) plan.answers.try_emplace(site.host, std::vector{*parse_address(site.address)});
  for (const auto& trick : scenario.tricks) {
    const auto target = parse_target(trick.target);
    if (target.has_value() && !trick.resolves.empty()) plan.answers[target->host.text()] = trick.resolves;
  }
  return plan;
}

void append(std::vector<Expectation>& to, std::vector<Expectation> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

/// The report's keys as a scenario writes them: "host:port reason".
std::set<std::string> lines_of(const Report::Attempts& attempts) {
  std::set<std::string> lines;
  for (const auto& [key, summary] : attempts.listed)
    lines.insert(fmt::format("{}{} {}", key.target, key.sni.empty() ? "" : " (SNI " + key.sni + ")", key.reason));
  return lines;
}

}  // namespace

std::size_t ScenarioReport::broken() const {
  return static_cast<std::size_t>(
      std::count_if(expectations.begin(), expectations.end(), [](const Expectation& each) { return !each.held; }));
}

ScenarioRun::ScenarioRun(Scenario scenario, ScenarioNetwork network, const Azurite* azurite)
    : scenario_(std::move(scenario)),
      network_(std::move(network)),
      hosts_(hosts_of(scenario_)),
      blob_storage_(azurite == nullptr ? std::string(built_in_storage) : azurite->name()),
      azure_(plots_of(scenario_, azurite == nullptr ? staging_service() : azurite->service())),
      dns_(dns_plan(scenario_, azure_)) {}

ScenarioRun::~ScenarioRun() = default;

const Endpoint& ScenarioRun::gate_address() const { return gate_->listening().front(); }

Checked<std::unique_ptr<ScenarioRun>> ScenarioRun::start(const Scenario& scenario, const std::set<std::string>& without,
                                                         std::shared_ptr<LockedNetwork> locked,
                                                         const Azurite* azurite) {
  const ScenarioNetwork network(std::move(locked));
  auto played = do_without(scenario, without);
  if (network.locked() != nullptr) played.network.kib_per_second = 0;  // there the line is slow, not its servers
  std::unique_ptr<ScenarioRun> run;
  network.at(Place::internet, [&] { run.reset(new ScenarioRun(std::move(played), network, azurite)); });
  run->azure_.authority().write_ca(run->ca_path());
  if (const auto started = run->start_gate(); started.has_error()) return started.error();
  run->shir_ = std::make_unique<PretendShir>(run->gate_address(), run->azure_.authority().ca_pem());
  return run;
}

Checked<bool> ScenarioRun::start_gate() {
  auto wanted = config();
  const auto locked = network_.lock(azure_, dns_plan(scenario_, azure_), dns_.at(), wanted.settings);
  if (locked.has_error()) return locked.error();
  Checked<std::unique_ptr<Gate>> gate;
  network_.at(Place::gate, [&] { gate = Gate::start(std::move(wanted)); });
  if (gate.has_error()) return gate.error();
  gate_ = *std::move(gate);
  return true;
}

std::map<std::string, Endpoint, std::less<>> ScenarioRun::dials() const {
  std::map<std::string, Endpoint, std::less<>> dials;
  const auto& stranger = azure_.site(stranger_channel).endpoint->at();
  // Whatever should not get through leads to the stranger: if the gate ever lets it, somebody counts.
  for (const auto& trick : scenario_.tricks) dials[trick.target] = stranger;
  for (const auto& site : azure_.sites()) dials[site.target()] = site.endpoint->at();
  return dials;
}

Config ScenarioRun::config() const {
  auto config = scenario_.config;
  auto& settings = config.settings;
  settings.audit_directory = audit_directory();
  settings.group_ms = std::chrono::milliseconds(20);
  settings.dns_servers = {network_.name_server(dns_.at())};
  settings.lab_dial = dials();
  if (settings.workers == 0) settings.workers = 2;
  settings.max_connections = std::min(settings.max_connections, connections_of_a_lab);
  network_.fit(config);
  return config;
}

std::optional<Endpoint> ScenarioRun::door() const {
  const auto& listening = gate_->listening();
  return listening.size() < 2 ? std::nullopt : std::optional(listening[1]);
}

void ScenarioRun::wait_for_the_disk(bool takes) const {
  if (!wait_until([&] { return gate_->journal().healthy() == takes; }))
    throw std::runtime_error(takes ? "the audit log is not written again"
                                   : "the audit log does not notice a full disk");
}

void ScenarioRun::reload() {
  auto next = config();
  const bool keeps_relay = !scenario_.reloaded || lets_out(*scenario_.reloaded, hosts_.relay);
  if (scenario_.reloaded) next.policy = network_.fit(scenario_.reloaded);
  const auto reloaded = gate_->reload(std::move(next));
  if (reloaded.has_error()) throw std::runtime_error(reloaded.error().text());
  // The workers judge open tunnels when they get to it; here the node's only one is what it listens with.
  if (!keeps_relay) static_cast<void>(wait_until([&] { return gate_->connections() == 0; }));
}

ScenarioRun::WentAround ScenarioRun::go_around() {
  WentAround around;
  if (network_.locked() == nullptr) return around;
  around.tries = network_.go_around(scenario_.node.uses);
  for (const auto& site : azure_.sites()) {
    static_cast<void>(site.endpoint->settle(settle_limit));
    around.arrived += site.endpoint->take_seen().size();
  }
  around.asked = dns_.asked();
  return around;
}

std::vector<Errand> ScenarioRun::walk() {
  std::optional<FullDisk> full;
  if (scenario_.network.disk_full) {
    full.emplace();
    // A reload is an event the gate has to write, so it finds out before the node comes.
    static_cast<void>(gate_->reload(config()));
    wait_for_the_disk(false);
  }
  ShirWalk shir(*shir_, scenario_.node, hosts_, door());
  std::vector<Errand> errands;
  if (!scenario_.reloaded) {
    network_.at(Place::shir, [&] { errands = shir.walk(); });
    full.reset();
    wait_for_the_disk(true);
    return errands;
  }
  network_.at(Place::shir, [&] {
    errands = shir.walk([this] { reload(); });
    auto again = shir.walk();
    std::move(again.begin(), again.end(), std::back_inserter(errands));
  });
  return errands;
}

std::vector<Told> ScenarioRun::tell(std::vector<Errand> errands) const {
  std::vector<Told> walk;
  for (auto& errand : errands) {
    std::vector<AuditLine> trail;
    if (const auto port = errand.visit.local_port; port != 0)
      trail = await_end_of_request(audit_directory(), port, settle_limit);
    walk.push_back({std::move(errand), std::move(trail)});
  }
  return walk;
}

std::vector<SiteSaw> ScenarioRun::what_sites_saw(std::vector<Expectation>& expectations) {
  std::vector<SiteSaw> sites;
  bool ended = true;
  for (const auto& site : azure_.sites()) {
    ended = site.endpoint->settle(settle_limit) && ended;
    sites.push_back({site.host, site.port, site.endpoint->take_seen()});
  }
  expectations.push_back({"the walk", "no connection was left open", ended, ended ? "none" : "some"});
  return sites;
}

std::vector<std::string> ScenarioRun::wrongly_asked(std::size_t from, std::string_view permitted) {
  const auto asked = dns_.asked();
  std::vector<std::string> wrong;
  std::copy_if(asked.begin() + static_cast<std::ptrdiff_t>(std::min(from, asked.size())), asked.end(),
               std::back_inserter(wrong),
               [&](const std::string& name) { return name != permitted && !may_be_looked_up(scenario_, name); });
  return wrong;
}

Observation ScenarioRun::attempt(const Trick& trick) {
  const auto asked_before = dns_.asked().size();
  Observation seen{.attempt = attempt_of(trick, *scenario_.config.policy), .visit = {}, .trail = {}, .arrived = {}};
  network_.at(Place::shir, [&] { seen.visit = shir_->visit(seen.attempt.approach); });
  seen.trail = await_end_of_request(audit_directory(), seen.visit.local_port, settle_limit);
  for (const auto& site : azure_.sites()) {
    seen.all_ended = site.endpoint->settle(settle_limit) && seen.all_ended;
    auto arrived = site.endpoint->take_seen();
    std::move(arrived.begin(), arrived.end(), std::back_inserter(seen.arrived));
  }
  seen.looked_up = wrongly_asked(asked_before);
  return seen;
}

void ScenarioRun::try_tricks(ScenarioReport& report) {
  for (const auto& trick : scenario_.tricks) {
    const auto seen = attempt(trick);
    TrickResult result{.trick = trick};
    const auto reason = reason_of_gate(seen.trail);
    result.found = seen.visit.works() ? Reason::allowed : reason.value_or(Reason::internal_error);
    report.tricks.push_back(std::move(result));
    append(report.expectations, judge(seen));
  }
}

void ScenarioRun::judge_log(ScenarioReport& report) const {
  append(report.expectations, judge(read_audit_log(audit_directory())));
  const auto verified = verify(audit_directory());
  const bool intact = verified.has_value() && verified->intact() && verified->live == 0;
  report.expectations.push_back({"the audit log", "its chain and signatures are whole, and every tunnel has ended",
                                 intact,
                                 intact                     ? "they are"
                                 : verified.has_error()     ? verified.error().text()
                                 : verified->faults.empty() ? "tunnels that are open"
                                                            : verified->faults.front().what});
  LogReader reader;
  Report summary;
  if (reader.add_directory(audit_directory()).has_value()) reader.read([&](const LogLine& line) { summary.add(line); });
  summary.finish();
  auto expected = scenario_;
  for (const auto& trick : scenario_.tricks)
    if (trick.reason != Reason::allowed) expected.refused.insert(report_line(trick));
  append(report.expectations,
         judge_statements(expected, report.channels, lines_of(summary.refused()), lines_of(summary.reported())));
}

void ScenarioRun::judge_strays(ScenarioReport& report, const WentAround& around) const {
  if (network_.locked() == nullptr) return;
  report.strays = network_.strays();
  append(report.expectations, lab::judge_strays(around.tries, around.arrived, around.asked, *report.strays));
}

ScenarioReport ScenarioRun::run() {
  ScenarioReport report;
  network_.at(Place::internet, [&] { report = run_here(); });
  return report;
}

ScenarioReport ScenarioRun::run_here() {
  const auto started = Clock::now();
  ScenarioReport report{.name = scenario_.name, .title = scenario_.title};
  const auto around = go_around();
  const auto told = tell(walk());
  const auto sites = what_sites_saw(report.expectations);
  append(report.expectations, judge_walk(scenario_, told, sites));
  const auto asked = wrongly_asked(0);
  report.expectations.push_back({"the walk", "no name was looked up that may not be", asked.empty(),
                                 fmt::format("looked up: {}", fmt::join(asked, " "))});
  report.channels = channel_results(scenario_, told);
  if (stages(scenario_)) report.blob_storage = blob_storage_;
  report.status = status_of(report.channels);
  try_tricks(report);
  judge_strays(report, around);
  gate_->stop(std::chrono::milliseconds(0));
  gate_.reset();
  judge_log(report);
  report.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
  return report;
}

}  // namespace shirgate::lab
