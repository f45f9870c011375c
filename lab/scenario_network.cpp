#include "lab/scenario_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "lab/scenario_azure.hpp"
#include "policy/sql_port.hpp"

namespace shirgate::lab {
namespace {

constexpr std::uint16_t proxy_port = 3128;

/// On loopback the node is 127.0.0.1.
Runtime moved(Runtime runtime, const Address& to) {
  for (auto& range : runtime.clients)
    if (range.contains(*parse_address("127.0.0.1"))) range = {to, 32};
  return runtime;
}

std::vector<std::uint16_t> ports_of(const Settings& gate) {
  std::vector<std::uint16_t> ports;
  for (const auto& endpoint : gate.listen) ports.push_back(endpoint.port);
  for (const auto& ingress : gate.ingresses) ports.push_back(ingress.listen.port);
  return ports;
}

}  // namespace

Line line_of(const Network& network) {
  return {.delay = std::chrono::milliseconds(network.delay_ms),
          .loss_percent = static_cast<int>(network.loss_percent),
          .bytes_per_second = network.bytes_per_second()};
}

void ScenarioNetwork::at(Place place, const std::function<void()>& work) const {
  if (locked_)
    locked_->at(place).run(work);
  else
    work();
}

std::shared_ptr<const Policy> ScenarioNetwork::fit(const std::shared_ptr<const Policy>& policy) const {
  if (!locked_) return policy;
  std::vector<Runtime> runtimes;
  for (const auto& runtime : policy->runtimes()) runtimes.push_back(moved(runtime, LockedNetwork::shir_address()));
  return std::make_shared<const Policy>(std::move(runtimes),
                                        std::vector(policy->rules().begin(), policy->rules().end()));
}

void ScenarioNetwork::fit(Config& config) const {
  if (!locked_) return;
  config.policy = fit(config.policy);
  auto& settings = config.settings;
  settings.lab_dial.clear();
  settings.listen = {{LockedNetwork::gate_address(), proxy_port}};
  auto port = sql_port;
  for (auto& ingress : settings.ingresses)
    ingress.listen = {LockedNetwork::gate_address(), ingress.listen.port == 0 ? port++ : ingress.listen.port};
}

Checked<bool> ScenarioNetwork::lock(const PretendAzure& azure, const DnsPlan& plan, const Endpoint& name_server,
                                    const Settings& gate) {
  if (!locked_) return true;
  std::vector<Lead> leads;
  for (const auto& site : azure.sites()) {
    if (site.channel == stranger_channel) continue;  // is everywhere else
    for (const auto& address : plan.answers.find(site.host)->second) {
      const Endpoint at{address, site.port};
      const auto same = std::find_if(known_.begin(), known_.end(), [&](const Known& each) { return each.at == at; });
      if (same != known_.end())
        return complain(
            fmt::format("{} and {} both lead to {}, and with --netns a server is known by its address only; "
                        "write different ones under [network.answers]",
                        same->host, site.host, to_string(at)));
      known_.push_back({site.channel, site.host, at});
      leads.push_back({at, site.endpoint->at()});
    }
  }
  const auto led =
      locked_->lead(leads, azure.site(stranger_channel).endpoint->at(), {LockedNetwork::name_server(), name_server});
  if (led.has_error()) return led.error();
  return locked_->lock(ports_of(gate));
}

Endpoint ScenarioNetwork::name_server(const Endpoint& listens) const {
  return locked_ ? LockedNetwork::name_server() : listens;
}

std::vector<DirectTry> ScenarioNetwork::go_around(const std::vector<std::string>& channels) const {
  std::vector<DirectTry> tries;
  at(Place::shir, [&] {
    for (const auto& known : known_)
      if (std::find(channels.begin(), channels.end(), known.channel) != channels.end())
        tries.push_back(connect_directly(known.host, known.at));
    tries.push_back(ask_directly(LockedNetwork::name_server()));
  });
  return tries;
}

Strays ScenarioNetwork::strays() const {
  auto counted = locked_->strays();
  if (counted.has_error()) throw std::runtime_error(counted.error().text());
  for (auto& stray : counted->tried) {
    if (stray.to == LockedNetwork::name_server()) stray.name = "the name server";
    for (const auto& known : known_)
      if (known.at == stray.to) stray.name = known.host;
  }
  return *std::move(counted);
}

}  // namespace shirgate::lab
