#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "command_run.hpp"
#include "factories.hpp"

namespace shirgate::test {
namespace {

class RulesCommand : public testing::Test {
 protected:
  static Outcome run(std::vector<std::string> arguments) {
    return run_command(add_rules, "rules", std::move(arguments));
  }

  std::string file_with(std::string_view listen) {
    // The command reads the clock, so the date must be one that report mode may have today.
    const auto text = replaced(replaced(factories_text(listen), "mode = { relay = \"report\" }\n", ""),
                               "report_until = 2026-12-01\n", "");
    std::ofstream(path_) << text;
    return path_.string();
  }

  void TearDown() override { std::filesystem::remove(path_); }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("shirgate_rules_" + std::to_string(::getpid()) + ".toml");
};

TEST_F(RulesCommand, PrintsEachFormat) {
  const auto file = file_with(R"(["10.20.0.10:3128", "[fd00:20::a]:3128"])");
  EXPECT_EQ(run({file}).out, run({file, "--format", "table"}).out);
  EXPECT_EQ(run({file, "--json"}).out, run({file, "--format", "json"}).out);
  for (const auto* format : {"csv", "markdown", "azure-firewall", "nsg", "windows-firewall", "nftables"}) {
    const auto outcome = run({file, "--format", format});
    EXPECT_EQ(outcome.code, exit_yes) << format << outcome.err;
    EXPECT_FALSE(outcome.out.empty()) << format;
  }
}

TEST_F(RulesCommand, AsksForTheGateBehindAWildcard) {
  const auto file = file_with(R"(["[::]:3128"])");
  const auto unsaid = run({file, "--format", "nsg"});
  EXPECT_EQ(unsaid.code, exit_bad_input);
  EXPECT_NE(unsaid.err.find("--gate ADDRESS"), std::string::npos) << unsaid.err;
  EXPECT_TRUE(unsaid.out.empty());
  EXPECT_EQ(run({file, "--format", "csv"}).code, exit_yes) << "a list needs no gate";
  const auto said = run({"--gate", "10.20.0.10", "--gate", "fd00:20::a", file, "--format", "nftables"});
  EXPECT_EQ(said.code, exit_yes) << said.err;
  EXPECT_NE(said.out.find("fd00:20::a . 3128"), std::string::npos);
}

TEST_F(RulesCommand, RefusesWhatItDoesNotKnow) {
  const auto file = file_with(R"(["[::]:3128"])");
  EXPECT_NE(run({file, "--format", "nsg", "--gate", "gate"}).err.find("not an address"), std::string::npos);
  EXPECT_EQ(run({file, "--gate", "10.20.0.10:3128"}).code, exit_bad_input);
  const auto unknown = run({file, "--format", "yaml"});
  EXPECT_EQ(unknown.code, exit_bad_input);
  EXPECT_NE(unknown.err.find("azure-firewall"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace shirgate::test
