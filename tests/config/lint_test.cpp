// What lint says about a configuration that loads, by its codes and the words that matter.
#include "config/lint.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

using namespace std::chrono_literals;

constexpr Time today = std::chrono::sys_days(std::chrono::year(2026) / 12 / 1);

/// A runtime that lint has nothing to say about: updated, pinned, documented.
const Block quiet_runtime{{"name", R"("prod")"},
                          {"clients", R"(["10.20.0.21/32"])"},
                          {"factory", R"("contoso-prod")"},
                          {"region", R"("westeurope")"},
                          {"interactive_authoring", R"("self-contained")"}};
const Block quiet_allow{{"runtime", R"("prod")"}, {"channel", R"("erp")"},  {"hosts", R"(["erp.contoso.example"])"},
                        {"ports", "[443]"},       {"ticket", R"("CHG-1")"}, {"expires", "2027-11-30"}};

std::vector<Warning> lint_text(const std::string& text, Time now = today) {
  const auto config = load(text, "t.toml", now);
  EXPECT_TRUE(config.has_value()) << all_of(config.error()) << text;
  return config.has_value() ? lint(*config, now) : std::vector<Warning>{};
}

/// The quiet runtime with more lines; TOML takes them in any order.
std::vector<Warning> lint_runtime(std::string_view lines, Time now = today) {
  return lint_text(Text{.runtime = quiet_runtime, .rest = std::string(lines)}.text(), now);
}

std::vector<Warning> lint_allow(const Block& allow, Time now = today) {
  return lint_text(Text{.runtime = quiet_runtime, .rest = written("[[allow]]", allow)}.text(), now);
}

std::vector<std::string> codes_of(const std::vector<Warning>& warnings) {
  std::vector<std::string> codes;
  for (const auto& warning : warnings) codes.emplace_back(row_of(warning.lint).code);
  return codes;
}

using Codes = std::vector<std::string>;

TEST(LintTable, SpeaksInCodesAndSentences) {
  std::set<std::string_view> codes;
  for (const auto& row : lint_table()) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_EQ(row.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << row.code;
    EXPECT_TRUE(row.meaning.ends_with('.') && row.remedy.ends_with('.')) << row.code;
  }
}

TEST(Lint, HasNothingToSayAboutACarefulFile) {
  EXPECT_EQ(codes_of(lint_runtime("")), Codes{});
  EXPECT_EQ(codes_of(lint_allow(quiet_allow)), Codes{});
}

TEST(Lint, SaysThatNoRuntimeMeansNothingLeaves) {
  const auto found = lint_text(written("[gate]", good_gate) + written("[audit]", good_audit));
  EXPECT_EQ(codes_of(found), Codes{"denies-everything"});
}

struct Case {
  std::string name;
  std::string lines;  ///< more keys of the runtime
  Codes codes;
  std::string words;  ///< in the text of the first warning
};

class LintRuntime : public testing::TestWithParam<Case> {};

TEST_P(LintRuntime, SaysExactlyThis) {
  const auto found = lint_runtime(GetParam().lines);
  ASSERT_EQ(codes_of(found), GetParam().codes);
  EXPECT_EQ(found.front().where, "[[runtime]] prod");
  EXPECT_NE(found.front().text.find(GetParam().words), std::string::npos) << found.front().text;
  for (const auto& warning : found) EXPECT_TRUE(warning.text.ends_with('.')) << warning.text;
}

const std::vector<Case> runtime_cases{
    {"auto_update", "auto_update = false", {"auto-update-off"}, "SHIR autoupdate and expire notification"},
    {"setup", "setup = true", {"setup-on", "thin-evidence", "thin-evidence"}, "setup = true"},
    {"wide_private_link",
     "private_link = { control = [\"10.30.0.0/23\"] }",
     {"wide-addresses"},
     "control: 10.30.0.0/23"},
    {"one_subnet", "private_link = { control = [\"10.30.0.0/24\"] }\nauto_update = false", {"auto-update-off"}, ""},
    {"wide_v6", "private_link = { control = [\"fd00:1:2::/60\"] }", {"wide-addresses"}, "fd00:1:2::/60"},
    {"local_credentials",
     "local_credentials = true\nmulti_tenant_ack = { relay = \"CHG-2\" }",
     {"local-credentials-disputed", "thin-evidence", "shared-tenant-wildcard"},
     "self-contained"},
    {"local_credentials_private",
     "local_credentials = true\nmulti_tenant_ack = { relay = \"CHG-2\" }\nprivate_link = { control = "
     "[\"10.30.0.4/32\"] }",
     {"local-credentials-disputed", "local-credentials-private", "thin-evidence", "shared-tenant-wildcard"},
     "self-contained"},
    {"legacy", "key_form = \"legacy\"", {"regional-host-unpinned"}, "frontend_code = \"we\" (inferred)"},
    {"sql", "sql = \"source\"\nsql_servers = [\"contososql\"]", {"sql-past-the-gate"}, "sql = \"source\""},
    {"sql_redirected",
     "sql = \"source\"\nsql_servers = [\"contososql\"]\nsql_route = \"redirect-public\"",
     {"sql-past-the-gate", "sql-redirected"},
     ""},
    {"synapse_sql", "synapse_workspaces = [\"ws1\"]", {"sql-past-the-gate", "thin-evidence"}, "synapse_sql"},
    {"sql_behind_staging",
     "sql = \"sink\"\nsql_servers = [\"contososql\"]\nstaging_accounts = [\"lake1\"]",
     {"sql-behind-staging"},
     "sql = \"sink\""},
    {"revocation", "revocation = true", {"revocation-not-forwarded"}, "revocation"},
    {"one_account_twice",
     "blob = true\nstorage_accounts = [\"lake1\"]\nstaging_accounts = [\"lake1\"]",
     {"account-in-two-channels"},
     "'lake1'"},
    {"wildcard",
     "key_vault = true\nmulti_tenant_ack = { keyvault = \"CHG-3\" }",
     {"shared-tenant-wildcard"},
     "Ticket: CHG-3"},
    {"report_mode", "mode = \"report\"\nreport_until = 2026-12-24", {"report-mode-on"}, "2026-12-24"},
    {"report_mode_of_a_channel",
     "mode = { control = \"report\" }\nreport_until = 2026-12-24",
     {"report-mode-on"},
     "for control"},
    {"report_mode_over", "mode = \"report\"\nreport_until = 2026-11-30", {"report-mode-over"}, "2026-11-30"},
};

INSTANTIATE_TEST_SUITE_P(Cases, LintRuntime, testing::ValuesIn(runtime_cases),
                         [](const auto& one) { return one.param.name; });

TEST(Lint, SpeaksOfRelayGatewaysOnlyWhereTheyAreOpen) {
  auto runtime = with(quiet_runtime, "interactive_authoring", "\"relay\"");
  const std::string pinned = "relay_hosts = [\"a.servicebus.windows.net\"]\n";
  EXPECT_EQ(codes_of(lint_text(Text{.runtime = runtime, .rest = pinned}.text())), Codes{});
  EXPECT_EQ(codes_of(lint_text(Text{.runtime = runtime, .rest = pinned + "relay_gateways = true\n"}.text())),
            (Codes{"relay-gateways-on", "thin-evidence"}));
}

TEST(Lint, FindsARangeOfClientsBroaderThanASubnet) {
  EXPECT_EQ(codes_of(lint_text(Text{.runtime = with(quiet_runtime, "clients", R"(["10.20.0.0/23"])")}.text())),
            Codes{"wide-clients"});
  EXPECT_EQ(codes_of(lint_text(Text{.runtime = with(quiet_runtime, "clients", R"(["10.20.0.0/24"])")}.text())),
            Codes{});
}

TEST(Lint, AsksABrowserForNothingThatIsAnIntegrationRuntimes) {
  const Block browser{{"name", R"("people")"}, {"clients", R"(["10.20.1.0/24"])"}, {"kind", R"("browser")"}};
  EXPECT_EQ(codes_of(lint_text(Text{.runtime = browser}.text())), Codes{});
}

TEST(Lint, WantsWhoAskedAndUntilWhen) {
  auto allow = quiet_allow;
  allow.resize(4);
  const auto found = lint_allow(allow);
  EXPECT_EQ(codes_of(found), (Codes{"allow-without-ticket", "allow-without-expiry"}));
  EXPECT_TRUE(found.front().where.starts_with("[[allow]] line ")) << found.front().where;
}

TEST(Lint, CountsTheDaysOfAnAllow) {
  const auto codes_with = [](std::string_view expires) {
    return codes_of(lint_allow(with(quiet_allow, "expires", expires)));
  };
  EXPECT_EQ(codes_with("2026-11-30"), Codes{"allow-expired"});
  EXPECT_EQ(codes_with("2026-12-01"), Codes{"allow-expires-soon"});
  EXPECT_EQ(codes_with("2026-12-31"), Codes{"allow-expires-soon"});
  EXPECT_EQ(codes_with("2027-01-01"), Codes{});
}

TEST(Lint, SpeaksOnceOfAnAllowAndOfEachWildcard) {
  auto allow = with(quiet_allow, "hosts", R"(["*.a.github.io", "*.b.github.io", "c.github.io"])");
  allow = with(allow, "multi_tenant_ack", R"("CHG-4")");
  allow = with(allow, "addresses", R"(["10.40.0.0/16"])");
  EXPECT_EQ(codes_of(lint_allow(allow)), (Codes{"wide-addresses", "shared-tenant-wildcard", "shared-tenant-wildcard"}));
}

TEST(Lint, SpeaksOfEveryPlaceholder) {
  const auto in_gate =
      lint_text(Text{.gate = with(good_gate, "listen", R"(["192.0.2.1:3128"])"), .runtime = quiet_runtime}.text());
  ASSERT_EQ(codes_of(in_gate), Codes{"placeholder"});
  EXPECT_EQ(in_gate.front().where, "[gate]");
  const auto in_runtime = lint_text(Text{.runtime = with(quiet_runtime, "clients", R"(["192.0.2.2/32"])")}.text());
  ASSERT_EQ(codes_of(in_runtime), Codes{"placeholder"});
  EXPECT_EQ(in_runtime.front().where, "[[runtime]] prod");
  EXPECT_EQ(codes_of(lint_allow(with(quiet_allow, "channel", R"("NAME-IT")"))), Codes{"placeholder"});
  EXPECT_EQ(codes_of(lint_allow(with(quiet_allow, "ticket", R"("CHANGE-TICKET")"))), Codes{"placeholder"});
}

TEST(Lint, SpeaksOfACatalogueOlderThanAYear) {
  // The compiled-in one; a day more than a year after it was made, and a day less.
  const auto config = load(Text{.runtime = quiet_runtime}.text(), "t.toml", today);
  ASSERT_TRUE(config.has_value());
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  ASSERT_EQ(std::sscanf(config->catalogue->version.c_str(), "%d-%u-%u", &year, &month, &day), 3);
  const auto made = std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
  EXPECT_EQ(codes_of(lint(*config, made + std::chrono::days(365))), Codes{});
  EXPECT_EQ(codes_of(lint(*config, made + std::chrono::days(366))), Codes{"old-catalogue"});
}

}  // namespace
}  // namespace shirgate::test
