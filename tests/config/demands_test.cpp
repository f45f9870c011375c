// What a rule asks of a ClientHello: read, kept by channel, and refused where it would be ignored.
#include <gtest/gtest.h>

#include <algorithm>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

Block with_more(Block block, std::string_view key, std::string_view value) {
  block.emplace_back(key, value);
  return block;
}

const Rule* rule_in(const Config& config, std::string_view channel) {
  const auto& rules = config.policy->rules();
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.channel.text() == channel; });
  return found == rules.end() ? nullptr : &*found;
}

TEST(Demands, AreAChannelsOrTheDefaults) {
  const auto runtime =
      with_more(good_runtime, "tls", R"({ control = { tls_minimum = "1.3", alpn = ["h2", "http/1.1"] } })");
  const auto config = load(Text{.runtime = runtime, .rest = written("[[allow]]", good_allow)}.text(), "t.toml");
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  const auto* control = rule_in(*config, "control");
  ASSERT_NE(control, nullptr);
  EXPECT_EQ(control->hello.minimum_version, TlsVersion::tls1_3);
  EXPECT_EQ(control->hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(rule_in(*config, "erp")->hello, HelloDemands{});
}

TEST(Demands, OfAnAllowAreItsOwn) {
  auto allow = with_more(with_more(good_allow, "tls_minimum", R"("1.0")"), "ech", R"("allowed")");
  const auto config = load(Text{.rest = written("[[allow]]", allow)}.text(), "t.toml");
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  EXPECT_EQ(rule_in(*config, "erp")->hello.minimum_version, TlsVersion::tls1_0);
  EXPECT_TRUE(rule_in(*config, "erp")->hello.ech_allowed);
}

struct Case {
  std::string name;
  std::string text;
  std::string words;
};

class WrongDemand : public testing::TestWithParam<Case> {};

TEST_P(WrongDemand, IsAMistake) {
  const auto config = load(GetParam().text, "t.toml");
  ASSERT_TRUE(config.has_error()) << GetParam().text;
  EXPECT_NE(all_of(config.error()).find(GetParam().words), std::string::npos) << all_of(config.error());
}

std::string allowing(std::string_view key, std::string_view value) {
  return Text{.rest = written("[[allow]]", with_more(good_allow, key, value))}.text();
}

std::string running(std::string_view key, std::string_view value) {
  return Text{.runtime = with_more(good_runtime, key, value)}.text();
}

/// Two [[allow]] for one host and port that ask different things: only one of them could decide.
std::string disagreeing() {
  auto other = good_allow;
  for (auto& [key, value] : other)
    if (key == "channel") value = R"("other")";
  return Text{.rest =
                  written("[[allow]]", good_allow) + written("[[allow]]", with_more(other, "tls_minimum", R"("1.3")"))}
      .text();
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WrongDemand,
    testing::Values(Case{"version", allowing("tls_minimum", R"("1.4")"), "write one of: 1.0, 1.1, 1.2, 1.3"},
                    Case{"alpn_twice", allowing("alpn", R"(["h2", "h2"])"), "is listed twice"},
                    Case{"ech", allowing("ech", "true"), "ech"},
                    Case{"anything_without_a_name", allowing("tls", R"("any")"), "exact hosts, a ticket"},
                    Case{"sni_without_sql", allowing("tds_sni", R"("optional")"), "is for SQL on port 1433"},
                    Case{"sni_without_sql_in_a_runtime", running("tds_sni", R"("optional")"), "would be ignored"},
                    Case{"channel_nobody_has", running("tls", R"({ portal = { tls_minimum = "1.3" } })"),
                         "would be ignored"},
                    Case{"no_channel", running("tls", R"({ erp = { tls_minimum = "1.3" } })"), "erp"},
                    Case{"no_demand", running("tls", R"({ control = { minimum = "1.3" } })"), "minimum"},
                    Case{"two_rules_for_one_host", disagreeing(), "ask different things of its TLS"}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace shirgate::test
