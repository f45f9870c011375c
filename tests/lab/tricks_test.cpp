#include "lab/tricks.hpp"

#include <gtest/gtest.h>

#include "lab/builtin_scenarios.hpp"

namespace shirgate::lab {
namespace {

TEST(AttemptOf, KnowsWhoseRuleLetsItIn) {
  const auto scenario = *find_scenario("exfiltration");
  const auto attempt = attempt_of({.title = "T",
                                   .target = "contoso-prod.westeurope.datafactory.azure.net:443",
                                   .opening = Opening::another_name,
                                   .name = "attacker.example",
                                   .reason = Reason::sni_mismatch},
                                  *scenario.config.policy);
  EXPECT_EQ(attempt.channel, "control");
  EXPECT_EQ(attempt.approach.first_bytes, FirstBytes::hello_for_another);
  EXPECT_EQ(attempt.approach.other_name, "attacker.example");
  EXPECT_FALSE(attempt.is_listed());
  EXPECT_FALSE(attempt.is_refused());
}

TEST(AttemptOf, KeepsOddSpellings) {
  const auto scenario = *find_scenario("exfiltration");
  const auto attempt = attempt_of({.target = "a.example.:443", .reason = Reason::bad_host}, *scenario.config.policy);
  EXPECT_EQ(attempt.target(), "a.example.:443");
  EXPECT_EQ(attempt.channel, "");
}

TEST(ReportLine, NamesTheNameThatWasSlippedIn) {
  EXPECT_EQ(report_line({.target = "a.example:443"}), "a.example:443 host_not_listed");
  EXPECT_EQ(report_line({.target = "a.example:443",
                         .opening = Opening::second_hello,
                         .name = "b.example",
                         .reason = Reason::sni_mismatch}),
            "a.example:443 (SNI b.example) sni_mismatch");
}

TEST(MayBeLookedUp, IsWhatSomePolicyLetsOut) {
  const auto scenario = *find_scenario("reload-revokes");
  EXPECT_TRUE(may_be_looked_up(scenario, "contoso-kv.vault.azure.net")) << "before the reload";
  EXPECT_FALSE(lets_out(*scenario.reloaded, "contoso-kv.vault.azure.net"));
  EXPECT_FALSE(may_be_looked_up(scenario, "attacker.blob.core.windows.net"));
  EXPECT_FALSE(may_be_looked_up(scenario, "not a host"));
}

}  // namespace
}  // namespace shirgate::lab
