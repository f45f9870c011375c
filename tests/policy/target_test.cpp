#include "policy/target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace shirgate::test {
namespace {

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

const std::string label63(63, 'a');
/// 253 bytes, the longest name there is.
const std::string host253 = label63 + '.' + label63 + '.' + label63 + '.' + std::string(61, 'b');

struct HostCase {
  std::string name;
  std::string text;
  Reason reason;  ///< allowed: it is a host
};

void PrintTo(const HostCase& item, std::ostream* out) { *out << item.name; }

class ParseHost : public testing::TestWithParam<HostCase> {};

TEST_P(ParseHost, SaysWhatTheTableSays) {
  const auto& [name, text, reason] = GetParam();
  const auto host = parse_host(text);
  EXPECT_EQ(to_string(host.has_error() ? host.error() : Reason::allowed), to_string(reason)) << text;
  EXPECT_EQ(is_host(text), host.has_value()) << text;
  if (host.has_value()) {
    EXPECT_TRUE(is_spelling_of(*host, text)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, ParseHost,
    testing::Values(
        HostCase{"OneLabel", "localhost", Reason::allowed}, HostCase{"DigitsInFront", "1und1.example", Reason::allowed},
        HostCase{"DigitsOnlyInAnInnerLabel", "123.example", Reason::allowed},
        HostCase{"ADoubleHyphen", "g1-prod--am3.example", Reason::allowed},
        HostCase{"APunycodeLabel", "xn--bcher-kva.example", Reason::allowed},
        HostCase{"UpperCase", "KV1.VAULT.AZURE.NET", Reason::allowed},
        HostCase{"Label63", label63 + ".example", Reason::allowed},
        HostCase{"Label64", label63 + "a.example", Reason::bad_host}, HostCase{"Host253", host253, Reason::allowed},
        HostCase{"Host254", host253 + "b", Reason::bad_host},
        HostCase{"TopLevelWithADigit", "a.example1", Reason::allowed},
        HostCase{"TopLevelHexWithoutPrefix", "a.fade", Reason::allowed},
        HostCase{"TopLevelThatOnlyStartsLikeHex", "a.0xyz", Reason::allowed}, HostCase{"Empty", "", Reason::bad_host},
        HostCase{"ADotAlone", ".", Reason::bad_host}, HostCase{"TrailingDot", "a.example.", Reason::bad_host},
        HostCase{"LeadingDot", ".a.example", Reason::bad_host}, HostCase{"EmptyLabel", "a..example", Reason::bad_host},
        HostCase{"LeadingHyphen", "-a.example", Reason::bad_host},
        HostCase{"TrailingHyphen", "a-.example", Reason::bad_host},
        HostCase{"HyphenBeforeTheEnd", "a.example-", Reason::bad_host},
        HostCase{"EmptyPunycode", "xn--.example", Reason::bad_host},
        HostCase{"Underscore", "a_b.example", Reason::bad_host}, HostCase{"Star", "*.example", Reason::bad_host},
        HostCase{"Space", "a .example", Reason::bad_host}, HostCase{"Tab", "a\t.example", Reason::bad_host},
        HostCase{"Percent", "a%2e.example", Reason::bad_host}, HostCase{"Slash", "a/b.example", Reason::bad_host},
        HostCase{"Backslash", "a\\b.example", Reason::bad_host}, HostCase{"Userinfo", "u@a.example", Reason::bad_host},
        HostCase{"Colon", "a.example:443", Reason::bad_host},
        HostCase{"NonAscii",
                 "b\xc3\xbc"
                 "cher.example",
                 Reason::bad_host},
        HostCase{"FullWidthDot",
                 "a\xe3\x80\x82"
                 "example",
                 Reason::bad_host},
        HostCase{"Nul", std::string("a.example\0.evil", 15), Reason::bad_host},
        HostCase{"NulAtTheEnd", std::string("a.example\0", 10), Reason::bad_host},
        HostCase{"LineFeed", "a.example\n", Reason::bad_host}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Addresses, ParseHost,
    testing::Values(
        HostCase{"DottedDecimal", "10.0.0.5", Reason::ip_literal_not_listed},
        HostCase{"BracketedIpv6", "[2001:db8::1]", Reason::ip_literal_not_listed},
        HostCase{"BracketedMapped", "[::ffff:10.0.0.5]", Reason::ip_literal_not_listed},
        HostCase{"BareIpv6", "2001:db8::1", Reason::bad_host},
        HostCase{"BracketedIpv4", "[10.0.0.5]", Reason::bad_host},
        HostCase{"BracketedName", "[a.example]", Reason::bad_host}, HostCase{"EmptyBrackets", "[]", Reason::bad_host},
        HostCase{"OpenBracket", "[::1", Reason::bad_host}, HostCase{"ZoneId", "[fe80::1%eth0]", Reason::bad_host},
        HostCase{"Integer", "2130706433", Reason::bad_host}, HostCase{"Hexadecimal", "0x7f000001", Reason::bad_host},
        HostCase{"HexadecimalParts", "0x7f.0.0.0x1", Reason::bad_host},
        HostCase{"UpperHexadecimal", "0X7F.1", Reason::bad_host}, HostCase{"HexPrefixAlone", "a.0x", Reason::bad_host},
        HostCase{"Octal", "0177.0.0.1", Reason::bad_host}, HostCase{"ThreeParts", "127.0.1", Reason::bad_host},
        HostCase{"FiveParts", "127.0.0.0.1", Reason::bad_host},
        HostCase{"PartOver255", "127.0.0.256", Reason::bad_host},
        HostCase{"LeadingZero", "127.0.0.01", Reason::bad_host},
        HostCase{"NameEndingInANumber", "evil.example.1", Reason::bad_host}),
    [](const auto& one) { return one.param.name; });

TEST(Host, IsLowerCasedSoThatEqualHostsCompareEqual) {
  EXPECT_EQ(parse_host("Api.VAULT.azure.Net")->text(), "api.vault.azure.net");
  EXPECT_EQ(*parse_host("A.example"), *parse_host("a.EXAMPLE"));
  EXPECT_LT(*parse_host("a.example"), *parse_host("b.example"));
}

TEST(Host, IsSpelledInAnyLetterCaseAndNoOtherWay) {
  const auto host = *parse_host("kv1.vault.azure.net");
  for (const auto* text : {"kv1.vault.azure.net", "KV1.VAULT.AZURE.NET", "kV1.vault.azure.nEt"})
    EXPECT_TRUE(is_spelling_of(host, text)) << text;
  for (const auto* text :
       {"", "kv1.vault.azure.ne", "kv1.vault.azure.nett", "kv1.vault.azure.net.", "kv1.vault-azure.net",
        "kv1\x0evault.azure.net", "\x4bv2.vault.azure.net", "\x0bv1.vault.azure.net"})
    EXPECT_FALSE(is_spelling_of(host, text)) << text;
}

struct TargetCase {
  const char* name;
  std::string text;
  Reason reason;
};

void PrintTo(const TargetCase& item, std::ostream* out) { *out << item.name; }

class ParseTarget : public testing::TestWithParam<TargetCase> {};

TEST_P(ParseTarget, SaysWhatTheTableSays) {
  const auto& [name, text, reason] = GetParam();
  const auto target = parse_target(text);
  EXPECT_EQ(to_string(target.has_error() ? target.error() : Reason::allowed), to_string(reason)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, ParseTarget,
    testing::Values(TargetCase{"HostAndPort", "kv1.vault.azure.net:443", Reason::allowed},
                    TargetCase{"LowestPort", "a.example:1", Reason::allowed},
                    TargetCase{"HighestPort", "a.example:65535", Reason::allowed},
                    TargetCase{"PortTooHigh", "a.example:65536", Reason::bad_port},
                    TargetCase{"PortThatWrapsTo443", "a.example:65979", Reason::bad_port},
                    TargetCase{"PortThatWrapsIn32Bits", "a.example:4294967739", Reason::bad_port},
                    TargetCase{"PortZero", "a.example:0", Reason::bad_port},
                    TargetCase{"LeadingZero", "a.example:0443", Reason::bad_port},
                    TargetCase{"NoDigits", "a.example:", Reason::bad_port},
                    TargetCase{"PlusSign", "a.example:+443", Reason::bad_port},
                    TargetCase{"MinusSign", "a.example:-1", Reason::bad_port},
                    TargetCase{"SpaceBeforeThePort", "a.example: 443", Reason::bad_port},
                    TargetCase{"TextBehindThePort", "a.example:443abc", Reason::bad_port},
                    TargetCase{"HexPort", "a.example:0x1bb", Reason::bad_port},
                    TargetCase{"ServiceName", "a.example:https", Reason::bad_port},
                    TargetCase{"NoPort", "a.example", Reason::bad_port}, TargetCase{"NoHost", ":443", Reason::bad_host},
                    TargetCase{"Nothing", "", Reason::bad_host}, TargetCase{"ColonAlone", ":", Reason::bad_host},
                    TargetCase{"TwoPorts", "a.example:443:443", Reason::bad_authority},
                    TargetCase{"PortThenHost", "a.example:443:b.example", Reason::bad_authority},
                    TargetCase{"Userinfo", "u:p@a.example:443", Reason::bad_authority},
                    TargetCase{"UserinfoInDisguise", "a.example@evil.example:443", Reason::bad_authority},
                    TargetCase{"Url", "https://a.example:443", Reason::bad_authority},
                    TargetCase{"Path", "a.example:443/", Reason::bad_port},
                    TargetCase{"TrailingDot", "a.example.:443", Reason::bad_host},
                    TargetCase{"Ipv4", "10.0.0.5:443", Reason::ip_literal_not_listed},
                    TargetCase{"Ipv6", "[::1]:443", Reason::ip_literal_not_listed},
                    TargetCase{"Ipv4WithABadPort", "10.0.0.5:0", Reason::bad_port},
                    TargetCase{"Ipv6WithABadPort", "[::1]:99999", Reason::bad_port},
                    TargetCase{"Ipv6WithoutBrackets", "2001:db8::1:443", Reason::bad_host},
                    TargetCase{"Ipv6WithoutPort", "[::1]", Reason::bad_port},
                    TargetCase{"TextBehindTheBracket", "[::1]x:443", Reason::bad_authority},
                    TargetCase{"TwoPortsBehindTheBracket", "[::1]:443:443", Reason::bad_authority},
                    TargetCase{"OpenBracket", "[::1:443", Reason::bad_host},
                    TargetCase{"ZoneId", "[fe80::1%25eth0]:443", Reason::bad_host}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(ParsePort, TakesExactlyTheNumbersFrom1To65535) {
  for (unsigned port = 0; port <= 70'000; ++port) {
    const auto parsed = parse_port(std::to_string(port));
    ASSERT_EQ(parsed.has_value(), port >= 1 && port <= 65535) << port;
    if (parsed.has_value()) {
      EXPECT_EQ(*parsed, port);
    }
  }
}

/// A name the grammar allows, in mixed case.
std::string random_host(std::mt19937& random) {
  constexpr std::string_view inner = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string host;
  for (auto labels = 1 + random() % 4; labels > 0; --labels) {
    host += letters[random() % letters.size()];
    for (auto size = random() % 61; size > 0; --size) host += inner[random() % inner.size()];
    host += letters[random() % letters.size()];
    if (labels > 1) host += '.';
  }
  return host.substr(0, 253);
}

TEST(Target, ReadsBackWhatItPrintsForRandomNames) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const auto text = random_host(random) + ':' + std::to_string(1 + random() % 65535);
    const auto target = parse_target(text);
    if (!target) continue;  // cut at 253 bytes, it may end in a hyphen or a dot
    const auto again = parse_target(to_string(*target));
    ASSERT_TRUE(again.has_value()) << text;
    EXPECT_EQ(*again, *target) << text;
  }
}

TEST(Target, IsNeverMadeOfBytesOutsideItsGrammar) {
  constexpr std::string_view alphabet = "aB0.-:[]@%_* \t\\/\x80xX1";
  std::mt19937 random(2);
  std::size_t accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text;
    for (auto size = random() % 14; size > 0; --size) text += alphabet[random() % alphabet.size()];
    if (random() % 2 == 0) text += ":443";
    const auto target = parse_target(text);
    if (!target) continue;
    ++accepted;
    // Nothing was repaired: the target prints as what was read, but for its case.
    std::string lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c == 'B' ? 'b' : c == 'X' ? 'x' : c;
    });
    EXPECT_EQ(to_string(*target), lower);
    EXPECT_EQ(lower.find_first_not_of("ab0x1.-:43"), std::string::npos) << lower;
  }
  EXPECT_GT(accepted, 1000U);
}

TEST(Target, RefusesEveryByteOutsideTheAlphabetAnywhereInAName) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool ldh = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    const auto text = std::string("ab") + c + "cd.example";
    EXPECT_EQ(parse_host(text).has_value(), ldh) << byte;
  }
}

TEST(Host, HasManyLabelsAtMostAsLongAsTheNameMayBe) {
  EXPECT_TRUE(parse_host(repeat("a.", 126) + "a").has_value());   // 253 bytes
  EXPECT_FALSE(parse_host(repeat("a.", 127) + "a").has_value());  // 255 bytes
}

}  // namespace
}  // namespace shirgate::test
