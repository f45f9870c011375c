// What a scenario runs in. On loopback everything is in one place, and what the gate dials is replaced. In a locked
// network each part is in its namespace and nothing is replaced: names lead to addresses, addresses to servers.
#pragma once

#include <memory>

#include "config/scenario.hpp"
#include "lab/decoy.hpp"
#include "lab/direct_try.hpp"
#include "lab/locked_network.hpp"
#include "lab/pretend_azure.hpp"

namespace shirgate::lab {

/// What the scenario says of the line between gate and Azure.
[[nodiscard]] Line line_of(const Network& network);

class ScenarioNetwork {
 public:
  /// Null: loopback.
  explicit ScenarioNetwork(std::shared_ptr<LockedNetwork> locked) : locked_(std::move(locked)) {}

  [[nodiscard]] const LockedNetwork* locked() const { return locked_.get(); }

  /// Does the work in that place, and waits for it. Throws what it throws.
  void at(Place place, const std::function<void()>& work) const;

  /// What the shir can connect to; for the gate, which must not have started yet. `config` gets listeners and clients
  /// of this network.
  void fit(Config& config) const;
  [[nodiscard]] std::shared_ptr<const Policy> fit(const std::shared_ptr<const Policy>& policy) const;

  /// Leads names to servers, and locks the rest. `name_server` is where it listens. The gate's configuration is that
  /// which fit() made. Does nothing on loopback.
  [[nodiscard]] Checked<bool> lock(const PretendAzure& azure, const DnsPlan& plan, const Endpoint& name_server,
                                   const Settings& gate);

  /// Where the gate asks for names, if the server listens there.
  [[nodiscard]] Endpoint name_server(const Endpoint& listens) const;

  /// Tries each server of these channels, and the name server, without the gate.
  [[nodiscard]] std::vector<DirectTry> go_around(const std::vector<std::string>& channels) const;

  /// Throws std::runtime_error where the firewall can't be read.
  [[nodiscard]] Strays strays() const;

 private:
  struct Known {
    std::string channel;
    std::string host;
    Endpoint at;
  };

  std::shared_ptr<LockedNetwork> locked_;
  std::vector<Known> known_{};
};

}  // namespace shirgate::lab
