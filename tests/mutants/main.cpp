// mutant_NAME SCENARIO [ABOUT]: exit 0 if the scenario notices that this gate is broken, and blames ABOUT; without
// ABOUT, if everything held.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include "lab/builtin_scenarios.hpp"
#include "lab/scenario_run.hpp"

namespace {

int run(const std::string& name, const std::string& about) {
  using namespace shirgate::lab;
  const auto scenario = find_scenario(name);
  if (scenario.has_error()) {
    std::fprintf(stderr, "%s\n", to_string(scenario.error().front()).c_str());
    return 2;
  }
  auto run = ScenarioRun::start(*scenario);
  if (run.has_error()) {
    std::fprintf(stderr, "%s\n", run.error().text().c_str());
    return 2;
  }
  const auto report = (*run)->run();
  for (const auto& each : report.expectations)
    if (!each.held) std::printf("%s: %s; found: %s\n", each.about.c_str(), each.claim.c_str(), each.found.c_str());
  if (about.empty()) return report.broken() == 0 ? 0 : 1;
  const bool blamed = std::any_of(report.expectations.begin(), report.expectations.end(),
                                  [&](const Expectation& each) { return !each.held && each.about == about; });
  if (!blamed) std::printf("nothing that the scenario states about '%s' broke\n", about.c_str());
  return blamed ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) return 2;
  return run(argv[1], argc > 2 ? argv[2] : "");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
