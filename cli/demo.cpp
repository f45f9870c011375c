#include <fmt/format.h>

#include <boost/json.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>

#include "audit/fields.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "config/load_catalogue.hpp"
#include "lab/lockdown.hpp"
#include "policy/resemblance.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

struct Options {
  bool once = false;
  bool json = false;
};

/// A listed channel as the audit log tells it.
struct ChannelRow {
  std::string channel;
  std::string host;
  std::string sni;  ///< as the endpoint saw it
  std::size_t tunnels = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::string trouble;
};

struct UnlistedRow {
  std::string target;
  Reason reason;
  std::string resembles;
};

ChannelRow channel_row(const lab::Observation& seen) {
  ChannelRow row{.channel = seen.attempt.channel, .host = seen.attempt.approach.host, .trouble = seen.visit.trouble};
  if (!seen.arrived.empty()) row.sni = seen.arrived.front().sni;
  for (const auto& line : seen.trail) {
    if (line.action() == "open") ++row.tunnels;
    row.sent += line.number(field::bytes_from_client);
    row.received += line.number(field::bytes_from_upstream);
  }
  return row;
}

/// What was logged, which an expectation compares with what was expected.
Reason logged_reason(const lab::Observation& seen) {
  for (const auto& line : seen.trail)
    if (line.is_terminal())
      if (const auto reason = parse_reason(line.text(field::reason))) return *reason;
  return Reason::internal_error;
}

UnlistedRow unlisted_row(const lab::Observation& seen, const Policy& policy) {
  UnlistedRow row{seen.attempt.target(), logged_reason(seen), seen.attempt.nature};
  if (row.reason != Reason::host_not_listed) return row;
  const auto host = parse_host(seen.attempt.approach.host);
  const auto hint = host.has_value() ? resemblance(*builtin_catalogue(), *host, policy.rules()).phrase : std::string();
  if (!hint.empty()) row.resembles = hint;
  return row;
}

std::string curl_command(const lab::Lockdown& lockdown) {
  return fmt::format("curl --cacert {} -x http://{} https://{}/heartbeat", lockdown.ca_path(),
                     to_string(lockdown.gate_address()), lockdown.azure().site("control").host);
}

void print_channels(const lab::LockdownReport& report) {
  Table table({{"channel"},
               {"host"},
               {"SNI seen", Align::left, true},
               {"tunnels", Align::right},
               {"sent", Align::right},
               {"received", Align::right},
               {"verdict", Align::left, true}});
  for (const auto& seen : report.observations) {
    if (!seen.attempt.is_listed()) continue;
    const auto row = channel_row(seen);
    table.add({row.channel, row.host, row.sni == row.host ? "= host" : row.sni, std::to_string(row.tunnels),
               human_bytes(row.sent), human_bytes(row.received), row.trouble.empty() ? "works" : row.trouble});
  }
  fmt::print("What the factory needs:\n\n{}\n", table.text(terminal_width()));
}

void print_unlisted(const lab::LockdownReport& report, const Policy& policy) {
  Table table({{"tried"}, {"refused as"}, {"looks like", Align::left, true}});
  std::set<Reason> reasons;
  for (const auto& seen : report.observations) {
    if (seen.attempt.is_listed()) continue;
    const auto row = unlisted_row(seen, policy);
    table.add({row.target, std::string(to_string(row.reason)), row.resembles});
    reasons.insert(row.reason);
  }
  fmt::print("What tried to leave and may not:\n\n{}\nWhat that means:\n\n", table.text(terminal_width()));
  for (const auto reason : reasons) fmt::print("{}\n    {}\n", to_string(reason), row_of(reason).advice);
}

void print_text(const lab::Lockdown& lockdown, const lab::LockdownReport& report) {
  fmt::print("A gate, a pretend Azure and a pretend integration runtime, all on loopback.\n\n");
  fmt::print("gate    http://{}\nconfig  {}\nCA      {}\naudit   {}\n\n", to_string(lockdown.gate_address()),
             lockdown.config_path(), lockdown.ca_path(), lockdown.audit_directory());
  print_channels(report);
  print_unlisted(report, lockdown.policy());
  for (const auto& each : report.expectations)
    if (!each.held) fmt::print("\nBROKEN  {}: {}; found: {}\n", each.about, each.claim, each.found);
  if (report.broken() == 0)
    fmt::print("\nall {} expectations held\n", report.expectations.size());
  else
    fmt::print("\n{} of {} expectations did not hold\n", report.broken(), report.expectations.size());
}

json::array channels_json(const lab::LockdownReport& report) {
  json::array channels;
  for (const auto& seen : report.observations) {
    if (!seen.attempt.is_listed()) continue;
    const auto row = channel_row(seen);
    channels.push_back({{"channel", row.channel},
                        {"host", row.host},
                        {"sni", row.sni},
                        {"tunnels", row.tunnels},
                        {"sent", row.sent},
                        {"received", row.received},
                        {"microseconds", seen.visit.took.count()},
                        {"works", seen.visit.works()}});
  }
  return channels;
}

json::array unlisted_json(const lab::LockdownReport& report, const Policy& policy) {
  json::array unlisted;
  for (const auto& seen : report.observations) {
    if (seen.attempt.is_listed()) continue;
    const auto row = unlisted_row(seen, policy);
    unlisted.push_back({{"attempt", seen.attempt.title},
                        {"target", row.target},
                        {"reason", to_string(row.reason)},
                        {"resembles", row.resembles},
                        {"status", seen.visit.status},
                        {"advice", row_of(row.reason).advice}});
  }
  return unlisted;
}

void print_json(const lab::Lockdown& lockdown, const lab::LockdownReport& report) {
  json::array expectations;
  for (const auto& each : report.expectations)
    expectations.push_back({{"about", each.about}, {"claim", each.claim}, {"held", each.held}, {"found", each.found}});
  const json::object answer{{"gate", to_string(lockdown.gate_address())},
                            {"config", lockdown.config_path()},
                            {"ca", lockdown.ca_path()},
                            {"audit", lockdown.audit_directory()},
                            {"try", curl_command(lockdown)},
                            {"channels", channels_json(report)},
                            {"unlisted", unlisted_json(report, lockdown.policy())},
                            {"broken", report.broken()},
                            {"expectations", std::move(expectations)}};
  fmt::print("{}\n", json::serialize(answer));
}

/// To be called before any thread starts, so that all inherit it and the signal waits for the main thread.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void stay(const lab::Lockdown& lockdown, const Options& options, const sigset_t& signals) {
  if (!options.json)
    fmt::print(
        "\nGate and pretend Azure keep running. This works; for a host that is not listed it is "
        "refused:\n\n{}\n\nCtrl-C ends them "
        "and removes {}\n",
        curl_command(lockdown), std::filesystem::path(lockdown.ca_path()).parent_path().string());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
}

int demo(const Options& options) {
  // With --once, Ctrl-C may simply end the program.
  const auto signals = options.once ? sigset_t{} : block_signals();
  const auto lockdown = lab::Lockdown::start();
  if (lockdown.has_error()) {
    fmt::print(stderr, "{}\n", lockdown.error().text());
    return exit_bad_input;
  }
  const auto report = (*lockdown)->run();
  options.json ? print_json(**lockdown, report) : print_text(**lockdown, report);
  if (!options.once) stay(**lockdown, options, signals);
  return report.broken() == 0 ? exit_yes : exit_no;
}

}  // namespace

void add_demo(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("demo",
                                     "Shows the gate at work: a pretend Azure and a pretend integration runtime on "
                                     "loopback. Exit 0 if everything came as expected, 1 if not.");
  command->add_flag("--once", options->once, "End after the demonstration instead of waiting for Ctrl-C");
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return demo(*options); }; });
}

}  // namespace shirgate
