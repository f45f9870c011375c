#include "lab/scenario_azure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lab/tds.hpp"

namespace shirgate::lab {
namespace {

/// OpenSSL's clients guess another group first, so such a server asks for a second hello.
constexpr std::string_view group_nobody_guesses = "P-384";

bool is_asked_twice(const Scenario& scenario, const Plot& plot) {
  const auto target = fmt::format("{}:{}", plot.host, plot.port);
  return std::any_of(scenario.tricks.begin(), scenario.tricks.end(), [&](const Trick& trick) {
    return trick.opening == Opening::second_hello && trick.target == target;
  });
}

/// What the scenario says of the channel's network.
void apply(const Scenario& scenario, Plot& plot) {
  const auto& network = scenario.network;
  plot.manner.bytes_per_second = network.bytes_per_second();
  if (network.silent.contains(plot.channel)) plot.manner.wire = Wire::silent;
  plot.re_signed = network.re_signed.contains(plot.channel);
  // In TLS 1.2 the certificate is in the clear, so the log shows who signed.
  if (plot.re_signed) plot.tls.highest = plot.strict.highest = TlsVersion::tls1_2;
  if (is_asked_twice(scenario, plot)) plot.tls.groups = plot.strict.groups = group_nobody_guesses;
}

}  // namespace

NodeHosts hosts_of(const Scenario& scenario) {
  const auto& node = scenario.node;
  NodeHosts hosts;
  hosts.control = fmt::format("{}.{}.datafactory.azure.net", node.factory, node.region);
  hosts.relay = fmt::format("{}-ir-a1.servicebus.windows.net", node.factory);
  hosts.rendezvous = scenario.network.rendezvous.empty() ? fmt::format("{}-ir-b2.servicebus.windows.net", node.factory)
                                                         : scenario.network.rendezvous;
  return hosts;
}

bool stages(const Scenario& scenario) {
  const auto& uses = scenario.node.uses;
  return std::find(uses.begin(), uses.end(), "staged") != uses.end();
}

std::vector<Plot> plots_of(const Scenario& scenario, Service storage) {
  const auto hosts = hosts_of(scenario);
  const auto relay = http_talk(relay_service(), relay_websocket(hosts.rendezvous));
  std::vector<Plot> plots{
      {"control", hosts.control, "20.60.0.1", http_talk(control_service())},
      {"relay", hosts.relay, "20.60.0.2", relay},
      {"relay", hosts.rendezvous, "20.60.0.3", relay},
      {"update", hosts.update, "20.60.0.4", http_talk(update_service())},
      {"setup", hosts.setup, "20.60.0.5", http_talk(short_link_service(hosts.update))},
      {"staged", hosts.staged, "20.60.0.6", http_talk(std::move(storage))},
      {"identity", hosts.identity, "20.60.0.7", http_talk(token_service())},
      {"keyvault", hosts.key_vault, "20.60.0.8", http_talk(guarded_key_vault_service())},
  };
  // SQL Server speaks no TLS 1.3 inside of packets.
  plots.push_back({.channel = "data-sql",
                   .host = hosts.sql,
                   .address = "20.60.0.9",
                   .talk = sql_talk("shir"),
                   .port = 1433,
                   .manner = {.wire = Wire::tds},
                   .tls = {.highest = TlsVersion::tls1_2},
                   .strict = {.alpn = {std::string(tds8_protocol)}}});
  plots.push_back({std::string(stranger_channel), "stranger.example", "20.60.0.99", http_talk(stranger_service())});
  for (auto& plot : plots) apply(scenario, plot);
  return plots;
}

}  // namespace shirgate::lab
