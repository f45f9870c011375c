// The whole scenario, undisturbed and with one thing wrong at a time.
#include "lab/lockdown.hpp"

#include <gtest/gtest.h>

#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

LockdownReport run_with(const LockdownChanges& changes) {
  auto lockdown = Lockdown::start(changes);
  EXPECT_TRUE(lockdown.has_value()) << lockdown.error().text();
  return lockdown.has_value() ? (*lockdown)->run() : LockdownReport{};
}

LockdownChanges config_with(std::string_view from, std::string_view to) {
  return {.config = [from = std::string(from), to = std::string(to)](std::string toml) {
    const auto at = toml.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? toml : toml.replace(at, from.size(), to);
  }};
}

/// Claims that broke, of one attempt.
std::string broken_of(const LockdownReport& report, const std::string& title) {
  std::string claims;
  for (const auto& each : report.expectations)
    if (!each.held && each.about == title) claims += each.claim + "\n";
  return claims;
}

std::size_t attempts_with_breaks(const LockdownReport& report) {
  std::size_t count = 0;
  for (const auto& each : report.observations) count += broken_of(report, each.attempt.title).empty() ? 0 : 1;
  return count;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Lockdown, HoldsEveryExpectationWhenNothingIsWrong) {
  const auto report = run_with({});
  EXPECT_EQ(broken_lines(report.expectations), "");
  EXPECT_EQ(report.broken(), 0U);
  EXPECT_EQ(report.observations.size(), 15U);
  EXPECT_GT(report.expectations.size(), 100U);
  for (const auto& seen : report.observations)
    if (seen.attempt.title == "staged") {
      EXPECT_GT(std::min(seen.visit.sent, seen.visit.received), staged_bytes);
    }
}

TEST(Lockdown, SeesAnUnlistedHostThatIsListedByMistake) {
  const auto report = run_with(config_with("\nhosts = [", "\nhosts = [\"telemetry.vendor.example\", "));
  const auto broken = broken_of(report, "an unlisted host");
  EXPECT_TRUE(contains(broken, "the client is answered 403")) << broken;
  EXPECT_TRUE(contains(broken, "the log has it once, as denied")) << broken;
  EXPECT_TRUE(contains(broken, "nobody else was touched")) << broken;
  EXPECT_TRUE(contains(broken, "no name was looked up that may not be")) << broken;
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesAnAttackersAccountThatIsListedByMistake) {
  const auto report = run_with(config_with(R"(["contosostage"])", R"(["contosostage", "attacker"])"));
  EXPECT_TRUE(contains(broken_of(report, "an attacker's storage account"), "nobody else was touched"));
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesAWildcardThatLetsLookAlikesThrough) {
  const auto report = run_with(config_with("\nhosts = [", "\nhosts = [\"*.evil.example\", "));
  EXPECT_TRUE(contains(broken_of(report, "a look-alike suffix"), "nobody else was touched"));
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesAPortThatIsListedByMistake) {
  const auto report = run_with(config_with("[dns]", R"([[allow]]
runtime = "contoso-prod"
channel = "control"
hosts = ["contoso-prod.westeurope.datafactory.azure.net"]
ports = [8443]
ticket = "LAB-2"

[dns])"));
  EXPECT_TRUE(contains(broken_of(report, "a listed host on another port"), "nobody else was touched"));
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesARebindingThatTheAddressCheckDoesNotStop) {
  // A public answer passes the check, and then the decoy is what stands behind it.
  const auto report = run_with(config_with(R"(["169.254.169.254"])", R"(["20.60.0.50"])"));
  const auto broken = broken_of(report, "a listed host that resolves to IMDS");
  EXPECT_TRUE(contains(broken, "the client is answered 502")) << broken;
  EXPECT_TRUE(contains(broken, "nobody else was touched")) << broken;
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesAnInsideAddressThatIsExpectedByMistake) {
  auto changes = config_with("ports = [443]\n", "ports = [443]\naddresses = [\"10.0.0.0/24\"]\n");
  const auto broken = broken_of(run_with(changes), "a listed host that resolves inside");
  EXPECT_TRUE(contains(broken, "the client is answered 502")) << broken;
  EXPECT_TRUE(contains(broken, "nobody else was touched")) << broken;
}

TEST(Lockdown, SeesAChannelThatThePolicyForgot) {
  const auto report = run_with(config_with("auto_update = true", "auto_update = false"));
  const auto broken = broken_of(report, "update");
  EXPECT_TRUE(contains(broken, "it works for the client")) << broken;
  EXPECT_TRUE(contains(broken, "the log opens, checks and closes it once")) << broken;
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesAnAddressThatChanged) {
  const auto report = run_with(config_with(R"("20.60.0.4")", R"("20.60.0.44")"));
  EXPECT_EQ(broken_of(report, "staged"), "the log says 20.60.0.4 was dialled\n") << broken_lines(report.expectations);
  EXPECT_EQ(attempts_with_breaks(report), 1U);
}

TEST(Lockdown, SeesAChannelUnderAnotherName) {
  // By hand, an account gets the channel that the hand wrote.
  const auto report = run_with(config_with(R"(key_vaults = ["contoso-kv"])", R"(
[[allow]]
runtime = "contoso-prod"
channel = "misc"
hosts = ["contoso-kv.vault.azure.net"]
ports = [443]
ticket = "LAB-3"
)"));
  EXPECT_EQ(broken_of(report, "keyvault"), "the log calls it keyvault\n") << broken_lines(report.expectations);
}

TEST(Lockdown, SaysWhatIsWrongWithAConfiguration) {
  const auto lockdown = Lockdown::start(config_with("[gate]", "[gate]\nspeed = 11"));
  ASSERT_TRUE(lockdown.has_error());
  EXPECT_TRUE(contains(lockdown.error().text(), "speed")) << lockdown.error().text();
}

TEST(Lockdown, LeavesNoDirectoryBehind) {
  std::filesystem::path directory;
  {
    const auto lockdown = Lockdown::start();
    ASSERT_TRUE(lockdown.has_value());
    directory = std::filesystem::path((*lockdown)->ca_path()).parent_path();
    EXPECT_TRUE(std::filesystem::exists(directory));
  }
  EXPECT_FALSE(std::filesystem::exists(directory));
}

}  // namespace
}  // namespace shirgate::lab
