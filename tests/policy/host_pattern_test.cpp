#include "policy/host_pattern.hpp"

#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

bool matches(std::string_view pattern, std::string_view host) {
  return parse_pattern(pattern)->matches(*parse_host(host));
}

TEST(HostPattern, MatchesAnExactHostAndNothingElse) {
  EXPECT_TRUE(matches("erp.contoso.example", "ERP.contoso.example"));
  EXPECT_FALSE(matches("erp.contoso.example", "x.erp.contoso.example"));
  EXPECT_FALSE(matches("erp.contoso.example", "contoso.example"));
  EXPECT_FALSE(matches("erp.contoso.example", "xerp.contoso.example"));
  EXPECT_FALSE(matches("erp.contoso.example", "erp.contoso.example.evil.io"));
}

TEST(HostPattern, LetsAStarStandForOneOrMoreLabelsButNotForNone) {
  EXPECT_TRUE(matches("*.core.windows.net", "acct.core.windows.net"));
  EXPECT_TRUE(matches("*.core.windows.net", "acct.blob.core.windows.net"));
  EXPECT_TRUE(matches("*.core.windows.net", "a.b.c.d.core.windows.net"));
  EXPECT_FALSE(matches("*.core.windows.net", "core.windows.net"));
}

TEST(HostPattern, TakesNoLookAlikeForASubdomain) {
  EXPECT_FALSE(matches("*.core.windows.net", "evilcore.windows.net"));
  EXPECT_FALSE(matches("*.core.windows.net", "xcore.windows.net"));
  EXPECT_FALSE(matches("*.core.windows.net", "acct.core.windows.net.evil.example"));
  EXPECT_FALSE(matches("*.core.windows.net", "acct.core-windows.net"));
  EXPECT_FALSE(matches("*.core.windows.net", "windows.net"));
  EXPECT_FALSE(matches("*.core.windows.net", "net"));
}

TEST(HostPattern, PrintsAsItIsWrittenInLowerCase) {
  EXPECT_EQ(parse_pattern("*.CORE.Windows.net")->text(), "*.core.windows.net");
  EXPECT_EQ(parse_pattern("Erp.Contoso.example")->text(), "erp.contoso.example");
  for (const auto* text : {"*.a.example", "a.example", "a-b.c.example"})
    EXPECT_EQ(*parse_pattern(parse_pattern(text)->text()), *parse_pattern(text));
  EXPECT_NE(*parse_pattern("*.a.example"), *parse_pattern("a.example"));
}

TEST(HostPattern, TakesAWildcardOverRentedNamesForWhoeverMayAskForATicket) {
  EXPECT_TRUE(parse_pattern("*.github.io").has_value());
  EXPECT_TRUE(parse_pattern("co.uk").has_value()) << "one exact host opens nothing";
}

std::string gateway_suffix(std::string_view host) { return std::string(relay_gateway_suffix(*parse_host(host))); }

TEST(RelayGateways, AreKnownByTheFormOfTheirFirstLabel) {
  for (const auto* label :
       {"g0-prod-am2-001-sb", "g12-prod-x-sb", "g127-a-sb", "gv3-prod-am3-sb", "GV0-A-SB", "g1---sb", "g1-a--sb"})
    EXPECT_EQ(gateway_suffix(std::string(label) + ".servicebus.windows.net"), "servicebus.windows.net") << label;
}

TEST(RelayGateways, AreNotWhatOnlyLooksLikeThem) {
  for (const auto* label :
       {"g1234-prod-sb", "g-prod-sb", "gv-prod-sb", "g1--sb", "g1-sb", "g1sb", "g1x-prod-sb", "g1-prod-sbx",
        "g1-prod-s", "h1-prod-sb", "xg1-prod-sb", "gvv1-prod-sb", "gw1-prod-sb", "relay-a1", "g1"})
    EXPECT_EQ(gateway_suffix(std::string(label) + ".servicebus.windows.net"), "") << label;
  EXPECT_EQ(gateway_suffix("g1-prod-sb"), "") << "there is nothing it could lie below";
  EXPECT_EQ(gateway_suffix("x.g1-prod-sb.servicebus.windows.net"), "") << "the first label counts";
  EXPECT_EQ(gateway_suffix("g1-prod-sb.evil.servicebus.windows.net"), "evil.servicebus.windows.net")
      << "and what is below it is said as it is";
}

TEST(RelayGateways, AreAllThatAPatternForThemMatches) {
  const auto gateways = relay_gateways_below(*parse_pattern("*.servicebus.windows.net"));
  const auto takes = [&](std::string_view name) { return gateways.matches(*parse_host(name)); };
  EXPECT_TRUE(takes("g1-prod-am3-sb.servicebus.windows.net"));
  EXPECT_FALSE(takes("stranger.servicebus.windows.net"));
  EXPECT_FALSE(takes("g1-prod-am3-sb.evil.servicebus.windows.net"));
  EXPECT_FALSE(takes("g1-prod-am3-sb.servicebus.windows.net.evil.example"));
  EXPECT_TRUE(gateways.is_wildcard());
  EXPECT_EQ(gateways.text(), "g{n}-*-sb.servicebus.windows.net");
  EXPECT_NE(gateways, *parse_pattern("*.servicebus.windows.net"));
}

struct BadPattern {
  const char* name;
  const char* text;
  const char* says;
};

void PrintTo(const BadPattern& item, std::ostream* out) { *out << item.name; }

class ParsePattern : public testing::TestWithParam<BadPattern> {};

TEST_P(ParsePattern, RefusesAndSaysWhatToWrite) {
  const auto pattern = parse_pattern(GetParam().text);
  ASSERT_TRUE(pattern.has_error()) << pattern->text();
  EXPECT_NE(pattern.error().text().find(GetParam().says), std::string::npos) << pattern.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParsePattern,
    testing::Values(BadPattern{"BareStar", "*", "name the host, or '*.suffix'"},
                    BadPattern{"StarAndDot", "*.", "not a host name"},
                    BadPattern{"WholeTopLevel", "*.net", "everything anybody registers there"},
                    BadPattern{"WholeRegistry", "*.co.uk", "everything anybody registers there"},
                    BadPattern{"TwoStars", "*.*.net", "only be the whole first label"},
                    BadPattern{"DoubleStar", "**.a.example", "only be the whole first label"},
                    BadPattern{"StarInTheMiddle", "a.*.example", "only be the whole first label"},
                    BadPattern{"StarAtTheEnd", "a.example.*", "only be the whole first label"},
                    BadPattern{"StarAsPartOfALabel", "kv*.vault.azure.net", "only be the whole first label"},
                    BadPattern{"StarBehindText", "*x.example.com", "only be the whole first label"},
                    BadPattern{"Url", "https://a.example", "write the host alone"},
                    BadPattern{"Port", "a.example:443", "without a port"},
                    BadPattern{"TrailingDot", "a.example.", "without the trailing dot"},
                    BadPattern{"WildcardWithTrailingDot", "*.a.example.", "without the trailing dot"},
                    BadPattern{"Address", "10.0.0.5", "'addresses' says where they must resolve to"},
                    BadPattern{"WildcardBeforeAnAddress", "*.10.0.0.5", "is an address"},
                    BadPattern{"Empty", "", "not a host name"},
                    BadPattern{"Underscore", "a_b.example", "not a host name"},
                    BadPattern{"RegularExpression", "(a|b).example", "not a host name"},
                    BadPattern{"LeadingDot", ".a.example", "not a host name"},
                    BadPattern{"Comma", "a.example,b.example", "not a host name"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace shirgate::test
