// The server name of a hello: what is one, and that what is none is shown, in bounds, and hides nothing behind it.
#include <gtest/gtest.h>

#include "parsed_hello.hpp"
#include "proxy/first_flight/hello.hpp"

namespace shirgate::test {
namespace {

struct BadSni {
  const char* name;
  Octets extension;
  std::string raw;
};

void PrintTo(const BadSni& sni, std::ostream* out) { *out << sni.name; }

class ParseHelloKeepsReading : public testing::TestWithParam<BadSni> {};

TEST_P(ParseHelloKeepsReading, PastAMalformedServerName) {
  const auto hello = parsed_with(GetParam().extension + alpn(vector8(octets("h2"))));
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->sni.state, SniState::malformed);
  EXPECT_EQ(hello->sni.text, GetParam().raw);
  EXPECT_EQ(hello->sni.sent_bytes, GetParam().raw.size());
  EXPECT_EQ(listed(hello->alpn).size(), 1u);
}

BadSni bad_name(const char* name, std::string text) { return {name, sni(text), text}; }

BadSni bad_list(const char* name, const Octets& body) {
  return {name, extension(0, body), std::string(body.begin(), body.end())};
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseHelloKeepsReading,
    testing::Values(bad_name("TrailingDot", "login.microsoftonline.com."), bad_name("EmptyName", ""),
                    bad_name("Ipv4", "169.254.169.254"), bad_name("Ipv4AsANumber", "2852039166"),
                    bad_name("Ipv6", "::1"), bad_name("Ipv6InBrackets", "[::1]"), bad_name("Space", " a.example"),
                    bad_name("LineBreak", "a.example\r\nX: y"), bad_name("Escape", "\x1b]0;a\x07.example"),
                    bad_name("NulInside", std::string("a.example\0.b.example", 20)),
                    bad_name("NulAtTheEnd", std::string("a.example\0", 10)), bad_name("Star", "*.blob.example"),
                    bad_name("EightBit",
                             "b\xfc"
                             "cher.example"),
                    bad_name("Port", "a.example:443"), bad_name("Underscore", "a_b.example"),
                    bad_name("LongLabel", std::string(64, 'a') + ".example"), bad_list("EmptyBody", {}),
                    bad_list("EmptyList", vector16({})),
                    bad_list("TwoNames", vector16(host_name("a.example") + host_name("b.example"))),
                    bad_list("TheSameNameTwice", vector16(host_name("a.example") + host_name("a.example"))),
                    bad_list("AnotherNameType", vector16(u8(1) + vector16(octets("a.example")))),
                    bad_list("AnotherNameTypeFirst", vector16(Octets{1, 0, 1, 'x'} + host_name("a.example"))),
                    bad_list("AnotherNameTypeLast", vector16(host_name("a.example") + Octets{1, 0, 1, 'x'})),
                    bad_list("ByteAfterTheName", vector16(host_name("a.example") + u8(0))),
                    bad_list("ByteAfterTheList", vector16(host_name("a.example")) + u8(0)),
                    bad_list("ListPastTheExtension", {0, 9, 0, 0, 1, 'a'}),
                    bad_list("NamePastTheList", vector16({0, 0, 9, 'a'})), bad_list("HalfALength", {0})),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ParseHello, KeepsABoundedPartOfALongMalformedName) {
  const std::string name(5000, 'a');
  const auto hello = parsed_with(sni(name));
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->sni.text, name.substr(0, 256));
  EXPECT_EQ(hello->sni.sent_bytes, 5000u);
}

TEST(ParseHello, ReadsTheLongestName) {
  const std::string label(63, 'a');
  const auto longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253u);
  EXPECT_EQ(parsed_with(sni(longest))->sni.state, SniState::named);
  EXPECT_EQ(parsed_with(sni(longest + "b"))->sni.state, SniState::malformed);
}

}  // namespace
}  // namespace shirgate::test
