// mode and report_until of a [[runtime]].
#include "derived.hpp"

namespace shirgate::test {
namespace {

constexpr std::string_view factory =
    "factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\n"
    "relay_hosts = [\"r1.servicebus.windows.net\"]\n";

boost::system::result<Config, Mistakes> load_on_test_day(std::string_view lines) {
  return load(runtime_text(std::string(factory) + std::string(lines)), "t.toml", test_day);
}

std::string mistakes_of(std::string_view lines) {
  const auto config = load_on_test_day(lines);
  return config.has_error() ? all_of(config.error()) : "";
}

Reporting reporting_of(std::string_view lines) {
  const auto config = load_on_test_day(lines);
  EXPECT_TRUE(config.has_value()) << all_of(config.error());
  if (!config.has_value()) return {};
  const auto& found = config->policy->runtimes().front().reporting;
  EXPECT_TRUE(found.has_value());
  return found.value_or(Reporting{});
}

TEST(ReportMode, IsReadForTheWholeRuntime) {
  const auto reporting = reporting_of("mode = \"report\"\nreport_until = 2026-12-01");
  EXPECT_TRUE(reporting.everything);
  EXPECT_TRUE(reporting.channels.empty());
  EXPECT_EQ(reporting.until, std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
}

TEST(ReportMode, IsReadForSomeChannels) {
  const auto reporting = reporting_of("mode = { relay = \"report\" }\nreport_until = 2026-12-01");
  EXPECT_FALSE(reporting.everything);
  EXPECT_EQ(reporting.channels, std::vector{Name("relay")});
}

TEST(ReportMode, IsOffUnlessItIsAskedFor) {
  for (const auto* lines : {"", "mode = \"enforce\""}) {
    const auto config = load_on_test_day(lines);
    ASSERT_TRUE(config.has_value()) << all_of(config.error());
    EXPECT_FALSE(config->policy->runtimes().front().reporting.has_value()) << lines;
  }
}

TEST(ReportMode, LastsThirtyDaysAtMost) {
  EXPECT_EQ(mistakes_of("mode = \"report\"\nreport_until = 2026-12-22"), "");
  EXPECT_NE(mistakes_of("mode = \"report\"\nreport_until = 2026-12-23")
                .find("report_until: at most 30 days from today, 2026-12-22; choose again then"),
            std::string::npos);
  EXPECT_NE(mistakes_of("mode = { relay = \"report\" }\nreport_until = 2027-11-22").find("at most 30 days"),
            std::string::npos);
}

TEST(ReportMode, MayHaveEndedAlready) {
  const auto config = load_on_test_day("mode = \"report\"\nreport_until = 2026-11-21");
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  EXPECT_EQ(config->policy->mode_of(Name("prod"), Name(), test_day), Mode::enforce);
  EXPECT_EQ(reason_for(*config->policy, "stranger.example:443", {}, test_day), "host_not_listed");
}

TEST(ReportMode, NeedsItsEnd) {
  for (const auto* lines : {"mode = \"report\"", "mode = { relay = \"report\" }"})
    EXPECT_NE(mistakes_of(lines).find("needs its end: write for example report_until = 2026-12-22"), std::string::npos)
        << mistakes_of(lines);
  EXPECT_NE(mistakes_of("mode = \"report\"\nreport_until = \"2026-12-01\"").find("a date without quotes"),
            std::string::npos);
}

TEST(ReportMode, MustBeMeantWhereItsEndIsWritten) {
  for (const auto* lines : {"report_until = 2026-12-01", "mode = \"enforce\"\nreport_until = 2026-12-01"})
    EXPECT_NE(mistakes_of(lines).find("report_until without report mode would be ignored"), std::string::npos) << lines;
}

TEST(ReportMode, TakesNoChannelThatTheRuntimeHasNot) {
  const auto found = mistakes_of("mode = { keyvault = \"report\" }\nreport_until = 2026-12-01");
  EXPECT_NE(found.find("[[runtime]] 'prod' mode: no rule of it has the channel 'keyvault'"), std::string::npos)
      << found;
  EXPECT_NE(mistakes_of("mode = { relay = \"observe\" }\nreport_until = 2026-12-01").find("write one of: report"),
            std::string::npos);
}

TEST(ReportMode, TakesAChannelThatWasAddedByHand) {
  const auto text = runtime_text(std::string(factory) + "mode = { erp = \"report\" }\nreport_until = 2026-12-01\n") +
                    written("[[allow]]", good_allow);
  const auto config = load(text, "t.toml", test_day);
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  EXPECT_EQ(config->policy->mode_of(Name("prod"), Name("erp"), test_day), Mode::report);
}

TEST(ReportMode, LetsAnUnlistedHostOutFromTextToDecision) {
  const auto config = load_on_test_day("mode = \"report\"\nreport_until = 2026-12-01");
  ASSERT_TRUE(config.has_value());
  const auto& policy = *config->policy;
  EXPECT_EQ(reason_for(policy, "stranger.example:443", {"20.50.1.1"}, test_day), "allowed");
  EXPECT_EQ(reason_for(policy, "stranger.example:443", {"10.0.0.5"}, test_day), "address_not_expected");
  EXPECT_EQ(reason_for(policy, "stranger.example:8443", {}, test_day), "host_not_listed");
  EXPECT_EQ(reason_for(policy, "stranger.example:443", {}, test_day + std::chrono::days(30)), "host_not_listed");
}

}  // namespace
}  // namespace shirgate::test
