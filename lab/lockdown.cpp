#include "lab/lockdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "config/load.hpp"

namespace shirgate::lab {
namespace {

constexpr std::chrono::seconds audit_limit{10};
constexpr std::chrono::seconds settle_limit{5};

constexpr std::string_view intent = R"(# The pretend factory of `shirgate demo`. Try: shirgate rules {path}
[gate]
listen = ["127.0.0.1:0"]
workers = 2

[audit]
directory = "{audit}"
group_ms = 20

[[runtime]]
name = "contoso-prod"
clients = ["127.0.0.1/32"]
factory = "contoso-prod"
region = "westeurope"
auto_update = true
relay_hosts = ["contoso-prod-ir.servicebus.windows.net"]
staging_accounts = ["{staging}"]
key_vaults = ["contoso-kv"]

[[allow]]
runtime = "contoso-prod"
channel = "partner"
hosts = ["{rebound}", "{inside}"]
ports = [443]
ticket = "LAB-1"

[dns]
servers = ["{dns}"]
)";

void observe_endpoints(const PretendAzure& azure, Observation& seen) {
  for (const auto& site : azure.sites()) {
    seen.all_ended = site.endpoint->settle(settle_limit) && seen.all_ended;
    auto arrived = site.endpoint->take_seen();
    std::move(arrived.begin(), arrived.end(), std::back_inserter(seen.arrived));
  }
}

}  // namespace

std::size_t LockdownReport::broken() const {
  return static_cast<std::size_t>(
      std::count_if(expectations.begin(), expectations.end(), [](const Expectation& each) { return !each.held; }));
}

Lockdown::Lockdown(const LockdownChanges& changes) : azure_(changes.services), attempts_(lockdown_attempts(azure_)) {}

std::string Lockdown::toml() const {
  auto text = fmt::format(intent, fmt::arg("path", config_path()), fmt::arg("audit", audit_directory()),
                          fmt::arg("rebound", rebound_host), fmt::arg("inside", inside_host),
                          fmt::arg("dns", to_string(dns_.at())), fmt::arg("staging", staging_account));
  text += "\n[dns.hosts]\n";
  std::set<std::string> answered;
  for (const auto& attempt : attempts_)
    if (!attempt.address.empty() && answered.insert(attempt.approach.host).second)
      text += fmt::format("\"{}\" = [\"{}\"]\n", attempt.approach.host, attempt.address);
  // Whatever should not get through leads to the decoy: if the gate ever lets it, somebody counts.
  text += "\n[lab]\nenabled = true\n\n[lab.dial]\n";
  for (const auto& site : azure_.sites())
    text += fmt::format("\"{}:443\" = \"{}\"\n", site.host, to_string(site.endpoint->at()));
  for (const auto& attempt : attempts_)
    if (attempt.is_refused() && attempt.expected != Reason::ip_literal_not_listed)
      text += fmt::format("\"{}\" = \"{}\"\n", attempt.target(), to_string(decoy_.at()));
  return text;
}

Checked<std::unique_ptr<Lockdown>> Lockdown::start(const LockdownChanges& changes) {
  std::unique_ptr<Lockdown> lockdown(new Lockdown(changes));
  const auto toml = lockdown->toml();
  const auto started = lockdown->start_gate(changes.config ? changes.config(toml) : toml);
  if (started.has_error()) return started.error();
  return lockdown;
}

Checked<bool> Lockdown::start_gate(const std::string& toml) {
  std::ofstream(config_path()) << toml;
  azure_.authority().write_ca(ca_path());
  auto config = load(toml, config_path());
  if (config.has_error()) return complain(to_string(config.error().front()));
  policy_ = config->policy;
  auto gate = Gate::start(*std::move(config));
  if (gate.has_error()) return gate.error();
  gate_ = *std::move(gate);
  return true;
}

Observation Lockdown::observe(const Attempt& attempt, const PretendShir& shir) {
  const auto strangers_before = decoy_.strangers();
  const auto asked_before = dns_.asked().size();
  Observation seen{.attempt = attempt, .visit = shir.visit(attempt.approach)};
  seen.trail = await_end_of_request(audit_directory(), seen.visit.local_port, audit_limit);
  observe_endpoints(azure_, seen);
  seen.strangers = decoy_.strangers() - strangers_before;
  const auto asked = dns_.asked();
  seen.looked_up.assign(asked.begin() + static_cast<std::ptrdiff_t>(asked_before), asked.end());
  return seen;
}

LockdownReport Lockdown::run() {
  LockdownReport report;
  const PretendShir shir(gate_address(), azure_.authority().ca_pem());
  const auto add = [&](std::vector<Expectation> more) {
    std::move(more.begin(), more.end(), std::back_inserter(report.expectations));
  };
  for (const auto& attempt : attempts_) {
    report.observations.push_back(observe(attempt, shir));
    add(judge(report.observations.back()));
  }
  add(judge(read_audit_log(audit_directory())));
  return report;
}

}  // namespace shirgate::lab
