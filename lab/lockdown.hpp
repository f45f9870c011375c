// The locked-down network in one process: pretend Azure, gate, pretend SHIR, and decoys wherever something might get
// out. The gate is the real one, on a configuration as people write it; only what it dials is replaced.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lab/decoy.hpp"
#include "lab/expectation.hpp"
#include "lab/temporary_directory.hpp"
#include "proxy/gate/gate.hpp"

namespace shirgate::lab {

/// What to do otherwise; for tests that want to see an expectation break.
struct LockdownChanges {
  PretendAzure::Instead services{};
  std::function<std::string(std::string toml)> config{};
};

struct LockdownReport {
  std::vector<Observation> observations;
  std::vector<Expectation> expectations;

  [[nodiscard]] std::size_t broken() const;
};

class Lockdown {
 public:
  /// Everything is up when this returns. The complaint is the gate's or the configuration's.
  [[nodiscard]] static Checked<std::unique_ptr<Lockdown>> start(const LockdownChanges& changes = {});

  /// Tries everything, one after the other. Bounded: an attempt takes at most some tens of seconds, and milliseconds
  /// when all is well. Nobody else may use the gate meanwhile.
  [[nodiscard]] LockdownReport run();

  [[nodiscard]] const Endpoint& gate_address() const { return gate_->listening().front(); }
  [[nodiscard]] std::string ca_path() const { return directory_.path() / "ca.pem"; }
  [[nodiscard]] std::string config_path() const { return directory_.path() / "shirgate.toml"; }
  [[nodiscard]] std::string audit_directory() const { return directory_.path() / "audit"; }
  [[nodiscard]] const PretendAzure& azure() const { return azure_; }
  [[nodiscard]] const Policy& policy() const { return *policy_; }

 private:
  explicit Lockdown(const LockdownChanges& changes);
  [[nodiscard]] Checked<bool> start_gate(const std::string& toml);
  [[nodiscard]] std::string toml() const;
  [[nodiscard]] Observation observe(const Attempt& attempt, const PretendShir& shir);

  // The gate is last, so that it stops first.
  TemporaryDirectory directory_{"shirgate-demo"};
  PretendAzure azure_;
  std::vector<Attempt> attempts_;
  Decoy decoy_;
  DecoyDns dns_;
  std::shared_ptr<const Policy> policy_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace shirgate::lab
