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
                    BadPattern{"WholeTopLevel", "*.net", "whole top-level domain"},
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
