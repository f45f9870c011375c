// A scenario in one process: the real gate, the scenario's pretend Azure and name server, and a pretend node that walks
// its channels, followed by whoever tries to get out. On loopback, where what the gate dials is replaced, or in a
// locked network, where nothing is.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lab/azurite.hpp"
#include "lab/decoy.hpp"
#include "lab/scenario_network.hpp"
#include "lab/scenario_report.hpp"
#include "lab/temporary_directory.hpp"
#include "lab/walk_expectation.hpp"

namespace shirgate {
class Gate;  // whoever includes it sees Asio
}

namespace shirgate::lab {

class ScenarioRun {
 public:
  /// Everything is up when this returns. `without` are channels whose rules the gate does without; null `locked`:
  /// loopback; else a network that nobody has used yet. Null `azurite`: what is staged is kept in memory; else, on
  /// loopback only, there, and it must outlive the run. The complaint is the gate's or the network's.
  [[nodiscard]] static Checked<std::unique_ptr<ScenarioRun>> start(const Scenario& scenario,
                                                                   const std::set<std::string>& without = {},
                                                                   std::shared_ptr<LockedNetwork> locked = nullptr,
                                                                   const Azurite* azurite = nullptr);
  ~ScenarioRun();
  ScenarioRun(const ScenarioRun&) = delete;
  ScenarioRun& operator=(const ScenarioRun&) = delete;

  /// Walks, tries the tricks, stops the gate and reads what it wrote. Once. Bounded: a connection ends within
  /// PretendShir::visit_limit.
  [[nodiscard]] ScenarioReport run();

  [[nodiscard]] const Endpoint& gate_address() const;
  /// Of the first [[forward]], if there is one.
  [[nodiscard]] std::optional<Endpoint> door() const;
  [[nodiscard]] std::string ca_path() const { return directory_.path() / "ca.pem"; }
  [[nodiscard]] std::string audit_directory() const { return directory_.path() / "audit"; }
  [[nodiscard]] const PretendAzure& azure() const { return azure_; }
  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const ScenarioNetwork& network() const { return network_; }

 private:
  ScenarioRun(Scenario scenario, ScenarioNetwork network, const Azurite* azurite);
  [[nodiscard]] Checked<bool> start_gate();
  [[nodiscard]] Config config() const;
  [[nodiscard]] std::map<std::string, Endpoint, std::less<>> dials() const;
  void fill_the_disk();
  void wait_for_the_disk(bool takes) const;
  void reload();

  [[nodiscard]] ScenarioReport run_here();
  /// What the node tried without the gate, and who noticed.
  struct WentAround {
    std::vector<DirectTry> tries;
    std::size_t arrived = 0;
    std::vector<std::string> asked;
  };
  [[nodiscard]] WentAround go_around();
  [[nodiscard]] std::vector<Errand> walk();
  [[nodiscard]] std::vector<Told> tell(std::vector<Errand> errands) const;
  [[nodiscard]] std::vector<SiteSaw> what_sites_saw(std::vector<Expectation>& expectations);
  [[nodiscard]] std::vector<std::string> wrongly_asked(std::size_t from, std::string_view permitted = {});
  [[nodiscard]] Observation attempt(const Trick& trick);
  void try_tricks(ScenarioReport& report);
  void judge_log(ScenarioReport& report) const;
  void judge_strays(ScenarioReport& report, const WentAround& around) const;

  TemporaryDirectory directory_{"shirgate-lab"};
  Scenario scenario_;
  ScenarioNetwork network_;
  NodeHosts hosts_;
  std::string blob_storage_;
  PretendAzure azure_;
  DecoyDns dns_;
  std::unique_ptr<PretendShir> shir_;
  std::unique_ptr<Gate> gate_;  // last, so that it stops first
};

}  // namespace shirgate::lab
