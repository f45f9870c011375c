// Every scenario that travels with the program holds what it states.
#include <gtest/gtest.h>

#include "lab/builtin_scenarios.hpp"
#include "lab/scenario_run.hpp"
#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

class BuiltinScenarios : public testing::TestWithParam<BuiltinScenario> {};

TEST_P(BuiltinScenarios, HoldWhatTheyState) {
  const auto scenario = load_builtin(GetParam());
  auto run = ScenarioRun::start(scenario);
  ASSERT_TRUE(run.has_value()) << run.error().text();
  const auto report = (*run)->run();
  EXPECT_EQ(broken_lines(report.expectations), "");
  EXPECT_EQ(report.channels.size(), scenario.node.uses.size());
  EXPECT_EQ(report.tricks.size(), scenario.tricks.size());
  EXPECT_GT(report.expectations.size(), 10U);
}

INSTANTIATE_TEST_SUITE_P(All, BuiltinScenarios,
                         testing::ValuesIn(builtin_scenarios().begin(), builtin_scenarios().end()),
                         [](const auto& tested) {
                           std::string name(tested.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace shirgate::lab
