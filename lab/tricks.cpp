#include "lab/tricks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lab/decoy.hpp"
#include "policy/sql_port.hpp"

namespace shirgate::lab {
namespace {

constexpr std::uint16_t https_port = 443;

Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// What the policy says of a node on this machine.
std::optional<Verdict> verdict_on(const Policy& policy, const Target& target) {
  const auto runtime = policy.identify(*parse_address("127.0.0.1"));
  if (!runtime) return std::nullopt;
  return policy.decide(*runtime, {.target = target}, now());
}

FirstBytes first_bytes_of(Opening opening) {
  switch (opening) {
    case Opening::hello: return FirstBytes::hello;
    case Opening::another_name: return FirstBytes::hello_for_another;
    case Opening::no_name: return FirstBytes::hello_without_name;
    case Opening::second_hello: return FirstBytes::second_hello;
    case Opening::ssh: return FirstBytes::not_tls;
  }
  return FirstBytes::hello;
}

void steal(TlsStream& stream, const std::string& host) {
  auto loot = request_to(host, "POST /loot");
  loot.body = "everything";
  static_cast<void>(ask_for(stream, loot, 200));
}

}  // namespace

Attempt attempt_of(const Trick& trick, const Policy& policy) {
  const auto colon = trick.target.rfind(':');
  const auto port = parse_port(trick.target.substr(colon + 1));  // the scenario's reader has read it before
  Attempt attempt{.title = trick.title,
                  .nature = trick.target,
                  .channel = {},
                  .address = {},
                  .approach = {.host = trick.target.substr(0, colon),
                               .port = *port,
                               .first_bytes = first_bytes_of(trick.opening),
                               .other_name = trick.name},
                  .expected = trick.reason};
  if (const auto target = parse_target(trick.target); target.has_value())
    if (const auto verdict = verdict_on(policy, *target)) attempt.channel = verdict->channel.text();
  if (trick.reason != Reason::allowed) return attempt;
  attempt.approach.talk = steal;
  attempt.requests = 1;
  attempt.address = trick.resolves.empty() ? std::string(DecoyDns::answer) : to_string(trick.resolves.front());
  return attempt;
}

std::string report_line(const Trick& trick) {
  const bool slips_in = trick.opening == Opening::another_name || trick.opening == Opening::second_hello;
  const auto name = slips_in ? fmt::format(" (SNI {})", trick.name) : std::string();
  return fmt::format("{}{} {}", trick.target, name, to_string(trick.reason));
}

bool lets_out(const Policy& policy, const std::string& name) {
  const auto host = parse_host(name);
  if (host.has_error()) return false;
  const std::array ports{https_port, sql_port};
  return std::any_of(ports.begin(), ports.end(), [&](std::uint16_t port) {
    const auto verdict = verdict_on(policy, {*host, port});
    return verdict && verdict->allowed();
  });
}

bool may_be_looked_up(const Scenario& scenario, const std::string& name) {
  return lets_out(*scenario.config.policy, name) || (scenario.reloaded && lets_out(*scenario.reloaded, name));
}

}  // namespace shirgate::lab
