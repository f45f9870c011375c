#include <gtest/gtest.h>

#include <set>

#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

std::string fingerprint(const std::vector<Runtime>& runtimes, const std::vector<Rule>& rules) {
  return Policy(runtimes, rules).fingerprint();
}

TEST(Fingerprint, HasSixteenHexadecimalDigits) {
  const auto text = fingerprint({}, {rule("prod", "erp", "a.example")});
  EXPECT_EQ(text.size(), 16U);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Fingerprint, DoesNotDependOnTheOrderOfAnything) {
  const auto a = rule("prod", "erp", "a.example");
  const auto b = rule("prod", "erp", "b.example");
  const auto one = runtime("one", {"10.0.0.1", "10.0.0.2"});
  const auto one_turned = runtime("one", {"10.0.0.2", "10.0.0.1"});
  const auto two = runtime("two", {"10.0.0.3"});
  EXPECT_EQ(fingerprint({one, two}, {a, b}), fingerprint({two, one_turned}, {b, a}));
}

TEST(Fingerprint, ChangesWithEverythingThatMatters) {
  const auto base = rule("prod", "erp", "a.example");
  std::vector<Rule> variants(8, base);
  variants[1].name = Name("renamed");
  variants[2].runtime = Name("test");
  variants[3].channel = Name("crm");
  variants[4].pattern = *parse_pattern("*.a.example");
  variants[5].port = 8443;
  variants[6].protocol = Protocol::tds;
  variants[7].expires = std::chrono::sys_days(std::chrono::days(20'000));
  variants.push_back(variants[7]);
  variants[8].expires = std::chrono::sys_days(std::chrono::days(20'001));
  variants.push_back(base);
  variants[9].addresses = {*parse_range("10.30.0.0/24")};
  variants.push_back(base);
  variants[10].addresses = {*parse_range("10.30.0.0/25")};

  variants.push_back(base);
  variants[11].never = {*parse_range("10.30.0.0/24")};
  variants.push_back(base);
  variants[12].pattern = relay_gateways_below(*parse_pattern("*.a.example"));

  std::set<std::string> seen;
  for (const auto& variant : variants) EXPECT_TRUE(seen.insert(fingerprint({}, {variant})).second) << seen.size();
  EXPECT_TRUE(seen.insert(fingerprint({}, {})).second);
  EXPECT_TRUE(seen.insert(fingerprint({}, {base, variants[1]})).second);
  EXPECT_TRUE(seen.insert(fingerprint({runtime("prod", {"10.0.0.1"})}, {base})).second);
  EXPECT_TRUE(seen.insert(fingerprint({runtime("prod", {"10.0.0.2"})}, {base})).second);
  EXPECT_TRUE(seen.insert(fingerprint({runtime("test", {"10.0.0.1"})}, {base})).second);
  EXPECT_TRUE(seen.insert(fingerprint({runtime("prod", {"10.0.0.1", "10.0.0.2"})}, {base})).second);
}

TEST(Fingerprint, ChangesWithWhatARuntimeIsAndWhatItMayOnlyReport) {
  const auto prod = runtime("prod", {"10.0.0.1"});
  std::vector<Runtime> variants(6, prod);
  variants[1].kind = RuntimeKind::browser;
  variants[2].reporting = Reporting{.until = std::chrono::sys_days(std::chrono::days(20'000)), .everything = true};
  variants[3].reporting = Reporting{.until = std::chrono::sys_days(std::chrono::days(20'001)), .everything = true};
  variants[4].reporting = Reporting{.until = variants[2].reporting->until, .channels = {Name("relay")}};
  variants[5].reporting = Reporting{.until = variants[2].reporting->until, .channels = {Name("update")}};
  std::set<std::string> seen;
  for (const auto& variant : variants) EXPECT_TRUE(seen.insert(fingerprint({variant}, {})).second) << seen.size();
}

TEST(Fingerprint, StaysWhenOnlyWordsChange) {
  auto base = rule("prod", "erp", "a.example");
  const auto before = fingerprint({}, {base});
  base.provenance = {"[[allow]] line 31", "added by hand", "CHG-1"};
  base.address_advice = "look at the zone";
  EXPECT_EQ(fingerprint({}, {base}), before);
}

}  // namespace
}  // namespace shirgate::test
