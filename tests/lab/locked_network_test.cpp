// The lab in network namespaces: what the firewall stops is counted, scenarios hold as on loopback, a firewall that
// forwards is noticed, and nothing is left. Skipped, with the reason, where namespaces are not permitted.
#include "lab/locked_network.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "lab/builtin_scenarios.hpp"
#include "lab/scenario_run.hpp"
#include "lab/tool.hpp"
#include "proxy/gate/listener.hpp"
#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

const Endpoint somewhere{*parse_address("20.60.0.4"), 443};

std::string own_namespace() { return std::filesystem::read_symlink("/proc/thread-self/ns/net"); }

/// Devices where the calling thread is.
std::string devices() {
  const auto listed = run_tool({"ip", "-brief", "link"});
  return listed.has_value() ? *listed : listed.error().text();
}

class LockedNetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    static const auto permit = NamespacePermit::get();
    if (permit.has_error()) GTEST_SKIP() << permit.error().text();
    permit_ = *permit;
    auto network = LockedNetwork::make(*permit);
    ASSERT_TRUE(network.has_value()) << network.error().text();
    network_ = *std::move(network);
  }

  [[nodiscard]] ScenarioReport run(const Scenario& scenario, const std::set<std::string>& without = {}) const {
    auto network = LockedNetwork::make(*permit_, line_of(scenario.network));
    if (network.has_error()) throw std::runtime_error(network.error().text());
    auto run = ScenarioRun::start(scenario, without, *std::move(network));
    if (run.has_error()) throw std::runtime_error(run.error().text());
    return (*run)->run();
  }

  [[nodiscard]] static Scenario named(std::string_view name) { return *find_scenario(std::string(name)); }

  /// Runs nft in the gate's namespace.
  void change_firewall(std::string_view script) const {
    network_->at(Place::gate).run([&] {
      const auto done = run_tool({"nft", "-f", "-"}, script);
      ASSERT_TRUE(done.has_value()) << done.error().text();
    });
  }

  std::optional<NamespacePermit> permit_;
  std::shared_ptr<LockedNetwork> network_;
};

TEST_F(LockedNetworkTest, IsNowhereElse) {
  network_.reset();
  const auto before = devices();
  network_ = *LockedNetwork::make(*permit_);
  const auto place = own_namespace();
  std::set<std::string> places{place};
  for (const auto each : {Place::shir, Place::gate, Place::internet})
    network_->at(each).run([&] {
      places.insert(own_namespace());
      EXPECT_NE(devices().find("lo "), std::string::npos);
    });
  EXPECT_EQ(places.size(), 4U);
  EXPECT_EQ(own_namespace(), place);
  EXPECT_EQ(devices(), before);
  network_.reset();
  EXPECT_EQ(devices(), before);
}

TEST_F(LockedNetworkTest, CarriesWhatTheWorkThrows) {
  EXPECT_THROW(network_->at(Place::shir).run([] { throw std::invalid_argument("carried"); }), std::invalid_argument);
}

TEST_F(LockedNetworkTest, CountsAndListsWhatTriesToGetOut) {
  const std::vector<std::uint16_t> ports{3128};
  ASSERT_TRUE(network_->lock(ports).has_value());
  network_->at(Place::shir).run([] {
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(connect_directly("somewhere", somewhere).answered);
    EXPECT_FALSE(ask_directly(LockedNetwork::name_server()).answered);
  });
  const auto strays = network_->strays();
  ASSERT_TRUE(strays.has_value()) << strays.error().text();
  EXPECT_EQ(strays->packets, 3U);
  ASSERT_EQ(strays->tried.size(), 2U);
  EXPECT_EQ(strays->tried.front().to, somewhere);
  EXPECT_EQ(strays->tried.front().packets, 2U);
}

TEST_F(LockedNetworkTest, ReachesOnlyItsPortsOfTheGate) {
  const std::vector<std::uint16_t> ports{3128};
  ASSERT_TRUE(network_->lock(ports).has_value());
  const auto listens_on = [&](std::uint16_t port) {
    Checked<int> fd;
    network_->at(Place::gate).run([&] { fd = open_listener({LockedNetwork::gate_address(), port}, {}); });
    return fd.has_value() ? *fd : -1;
  };
  const FileDescriptor proxy(listens_on(3128));
  const FileDescriptor ssh(listens_on(22));
  ASSERT_GE(proxy.get(), 0);
  ASSERT_GE(ssh.get(), 0);
  network_->at(Place::shir).run([] {
    EXPECT_TRUE(connect_directly("the proxy", {LockedNetwork::gate_address(), 3128}).answered);
    const auto refused = connect_directly("the gate's machine", {LockedNetwork::gate_address(), 22});
    EXPECT_NE(refused.ended.find("refused"), std::string::npos) << refused.ended;
  });
  const auto strays = network_->strays();
  ASSERT_TRUE(strays.has_value());
  EXPECT_EQ(strays->packets, 0U);  // it did not try to get out
}

TEST_F(LockedNetworkTest, TakesTheTimeOfASlowLine) {
  constexpr std::chrono::milliseconds delay{30};
  auto slow = LockedNetwork::make(*permit_, {.delay = delay});
  ASSERT_TRUE(slow.has_value()) << slow.error().text();
  const auto& network = **slow;
  std::unique_ptr<Decoy> server;
  std::unique_ptr<DecoyDns> names;
  network.at(Place::internet).run([&] {
    server = std::make_unique<Decoy>();
    names = std::make_unique<DecoyDns>();
  });
  const std::vector<Lead> leads{{somewhere, server->at()}};
  ASSERT_TRUE((*slow)->lead(leads, server->at(), {LockedNetwork::name_server(), names->at()}).has_value());
  network.at(Place::gate).run([&] {
    const auto started = std::chrono::steady_clock::now();
    EXPECT_TRUE(connect_directly("somewhere", somewhere).answered);
    EXPECT_GE(std::chrono::steady_clock::now() - started, 2 * delay);
    EXPECT_TRUE(ask_directly(LockedNetwork::name_server()).answered);
  });
}

TEST_F(LockedNetworkTest, IsNoticedWhereItForwards) {
  auto run = ScenarioRun::start(named("allowlist"), {}, network_);
  ASSERT_TRUE(run.has_value()) << run.error().text();
  change_firewall(
      "flush chain inet shirgate_lab forward\n"
      "chain inet shirgate_lab forward { policy accept; }\n");
  const auto broken = broken_lines((*run)->run().expectations);
  EXPECT_NE(broken.find("past the gate, download.microsoft.com: 20.60.0.4:443 (tcp)"), std::string::npos) << broken;
  EXPECT_NE(broken.find("it answered"), std::string::npos) << broken;
  EXPECT_NE(broken.find("looked up: around.example"), std::string::npos) << broken;
}

TEST_F(LockedNetworkTest, IsNoticedWhereItDoesNotCount) {
  auto run = ScenarioRun::start(named("sql-direct"), {}, network_);
  ASSERT_TRUE(run.has_value()) << run.error().text();
  change_firewall("flush chain inet shirgate_lab forward\n");  // the policy still drops
  const auto broken = broken_lines((*run)->run().expectations);
  EXPECT_NE(broken.find("0 packets counted"), std::string::npos) << broken;
}

TEST_F(LockedNetworkTest, ShowsWhatBreaksWithoutAChannel) {
  const auto report = run(named("allowlist"), {"update"});
  EXPECT_GT(report.broken(), 0U);
  const auto broken = broken_lines(report.expectations);
  EXPECT_NE(broken.find("update: it comes to works; found: blocked (host_not_listed)"), std::string::npos) << broken;
}

TEST_F(LockedNetworkTest, NeedsAnAddressForEachServer) {
  auto scenario = named("private-link");
  scenario.network.answers["contoso-kv.vault.azure.net"] = {*parse_address("10.30.0.6")};
  const auto run = ScenarioRun::start(scenario, {}, network_);
  ASSERT_TRUE(run.has_error());
  EXPECT_NE(run.error().text().find("both lead to 10.30.0.6:443"), std::string::npos) << run.error().text();
}

class LockedScenarios : public LockedNetworkTest, public testing::WithParamInterface<std::string_view> {};

TEST_P(LockedScenarios, HoldAsOnLoopback) {
  const auto scenario = named(GetParam());
  const auto report = run(scenario);
  EXPECT_EQ(broken_lines(report.expectations), "");
  EXPECT_EQ(report.channels.size(), scenario.node.uses.size());
  ASSERT_TRUE(report.strays);
  EXPECT_GE(report.strays->packets, report.strays->tried.size());
  EXPECT_GT(report.strays->tried.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Some, LockedScenarios,
                         testing::Values("allowlist", "exfiltration", "private-link", "sql-direct", "reload-revokes",
                                         "slow-link"),
                         [](const auto& tested) {
                           std::string name(tested.param);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace shirgate::lab
