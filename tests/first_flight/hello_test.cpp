#include "proxy/first_flight/hello.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "parsed_hello.hpp"

namespace shirgate::test {
namespace {

TEST(ParseHello, ReadsTheFactsOfAnOrdinaryHello) {
  const auto hello = parsed_with(sni("Login.MicrosoftOnline.com") + alpn(vector8(octets("h2")) + vector8(octets("x"))) +
                                 supported_versions({3, 4, 3, 3}));
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->legacy_version, TlsVersion::tls1_2);
  EXPECT_EQ(listed(hello->versions), (std::vector{TlsVersion::tls1_3, TlsVersion::tls1_2}));
  EXPECT_EQ(hello->max_version, TlsVersion::tls1_3);
  EXPECT_EQ(hello->sni.state, SniState::named);
  EXPECT_EQ(hello->sni.text, "Login.MicrosoftOnline.com") << "as it was sent";
  EXPECT_EQ(listed(hello->alpn), (std::vector<std::string>{"h2", "x"}));
  EXPECT_FALSE(hello->ech);
}

TEST(ParseHello, TakesAHelloThatEndsBeforeTheExtensions) {
  const auto hello = ParsedHello(HelloParts{}.head());
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->sni.state, SniState::absent);
  EXPECT_EQ(hello->max_version, TlsVersion::tls1_2);
}

TEST(ParseHello, TakesAnEmptyExtensionBlock) {
  const auto hello = parsed_with({});
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->sni.state, SniState::absent);
}

TEST(ParseHello, RefusesEveryProperPrefix) {
  HelloParts parts;
  const auto body = parts.body();
  for (std::size_t size = 0; size < body.size(); ++size) {
    if (size == parts.head().size()) continue;  // a whole hello without extensions, as before TLS 1.2
    EXPECT_TRUE(ParsedHello(Octets(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size))).has_error())
        << size;
  }
}

struct Damage {
  const char* name;
  std::function<void(HelloParts&)> apply;
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

class ParseHelloRefuses : public testing::TestWithParam<Damage> {};

TEST_P(ParseHelloRefuses, AsMalformed) {
  HelloParts parts;
  GetParam().apply(parts);
  const auto hello = ParsedHello(parts.body());
  ASSERT_TRUE(hello.has_error());
  EXPECT_EQ(hello.error(), Reason::hello_malformed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseHelloRefuses,
    testing::Values(Damage{"LegacyVersionOfAnotherMajor",
                           [](HelloParts& p) {
                             p.legacy_version = {2, 0};
                           }},
                    Damage{"LegacyVersionOfDtls",
                           [](HelloParts& p) {
                             p.legacy_version = {0xfe, 0xfd};
                           }},
                    Damage{"SessionIdOver32Bytes", [](HelloParts& p) { p.session_id = vector8(Octets(33, 1)); }},
                    Damage{"SessionIdPastTheEnd",
                           [](HelloParts& p) {
                             p.session_id = {32};
                             p.cipher_suites = {};
                           }},
                    Damage{"NoCipherSuites", [](HelloParts& p) { p.cipher_suites = vector16({}); }},
                    Damage{"OddCipherSuites",
                           [](HelloParts& p) {
                             p.cipher_suites = vector16({0x13, 0x01, 0x13});
                           }},
                    Damage{"CipherSuitesPastTheEnd",
                           [](HelloParts& p) {
                             p.cipher_suites = {0xff, 0xfe, 0x13, 0x01};
                           }},
                    Damage{"NoCompressionMethods", [](HelloParts& p) { p.compression_methods = vector8({}); }},
                    Damage{"CompressionMethodsPastTheEnd",
                           [](HelloParts& p) {
                             p.compression_methods = {255, 0};
                           }},
                    Damage{"BytesAfterTheExtensions", [](HelloParts& p) { p.after_extensions = {0}; }},
                    Damage{"HalfAnExtensionHeader",
                           [](HelloParts& p) {
                             p.extensions = p.extensions + Octets{0, 23, 0};
                           }},
                    Damage{"ExtensionPastTheBlock",
                           [](HelloParts& p) {
                             p.extensions = p.extensions + Octets{0, 23, 0, 1};
                           }},
                    Damage{"TwoServerNames", [](HelloParts& p) { p.extensions = p.extensions + sni("a.example"); }},
                    Damage{"TwoEmptyServerNames",
                           [](HelloParts& p) { p.extensions = extension(0, {}) + extension(0, {}); }},
                    Damage{"TwoOfAnUnknownExtension",
                           [](HelloParts& p) { p.extensions = extension(0xffff, {}) + extension(0xffff, {1}); }},
                    Damage{"TwoOfAGreaseExtension",
                           [](HelloParts& p) { p.extensions = extension(0x1a1a, {}) + extension(0x1a1a, {}); }},
                    Damage{"AlpnEmptyBody", [](HelloParts& p) { p.extensions = extension(16, {}); }},
                    Damage{"AlpnEmptyList", [](HelloParts& p) { p.extensions = alpn({}); }},
                    Damage{"AlpnEmptyName",
                           [](HelloParts& p) {
                             p.extensions = alpn({2, 'h', '2', 0});
                           }},
                    Damage{"AlpnNamePastTheList",
                           [](HelloParts& p) {
                             p.extensions = alpn({3, 'h', '2'});
                           }},
                    Damage{"AlpnBytesAfterTheList",
                           [](HelloParts& p) {
                             p.extensions = extension(16, vector16({2, 'h', '2'}) + u8(0));
                           }},
                    Damage{"GroupsOdd",
                           [](HelloParts& p) {
                             p.extensions = extension(10, {0, 3, 0, 29, 0});
                           }},
                    Damage{"GroupsEmptyList",
                           [](HelloParts& p) {
                             p.extensions = extension(10, {0, 0});
                           }},
                    Damage{"GroupsEmptyBody", [](HelloParts& p) { p.extensions = extension(10, {}); }},
                    Damage{"SignatureAlgorithmsBytesAfterTheList",
                           [](HelloParts& p) {
                             p.extensions = extension(13, {0, 2, 4, 3, 0});
                           }},
                    Damage{"KeyShareWithoutAKey",
                           [](HelloParts& p) {
                             p.extensions = extension(51, vector16({0, 29, 0, 0}));
                           }},
                    Damage{"KeySharePastTheList",
                           [](HelloParts& p) {
                             p.extensions = extension(51, vector16({0, 29, 0, 2, 7}));
                           }},
                    Damage{"KeyShareEmptyBody", [](HelloParts& p) { p.extensions = extension(51, {}); }},
                    Damage{"EarlyDataWithABody",
                           [](HelloParts& p) {
                             p.extensions = extension(42, {0, 0, 0, 9});
                           }},
                    Damage{"VersionsEmptyBody", [](HelloParts& p) { p.extensions = extension(43, {}); }},
                    Damage{"VersionsEmptyList", [](HelloParts& p) { p.extensions = supported_versions({}); }},
                    Damage{"VersionsOdd",
                           [](HelloParts& p) {
                             p.extensions = supported_versions({3, 4, 3});
                           }},
                    Damage{"VersionsPastTheEnd",
                           [](HelloParts& p) {
                             p.extensions = extension(43, {4, 3, 4});
                           }},
                    Damage{"VersionsBytesAfterTheList",
                           [](HelloParts& p) {
                             p.extensions = extension(43, vector8({3, 4}) + u8(3));
                           }},
                    Damage{"VersionsAsTheServerSendsThem",
                           [](HelloParts& p) {
                             p.extensions = extension(43, {3, 4});
                           }}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ParseHello, SeesEncryptedHellosOfBothKinds) {
  EXPECT_TRUE(parsed_with(extension(0xfe0d, {0}))->ech);
  EXPECT_TRUE(parsed_with(extension(0xfe0d, {}))->ech);
  EXPECT_TRUE(parsed_with(extension(0xffce, {1, 2}))->ech);
  EXPECT_FALSE(parsed_with(extension(0xfe0e, {}))->ech);
}

TEST(ParseHello, IgnoresGrease) {
  const auto hello = parsed_with(extension(0x0a0a, {}) + supported_versions({0xfa, 0xfa, 3, 3}) +
                                 alpn(vector8({0x2a, 0x2a}) + vector8(octets("h2"))) + extension(0xfafa, {0}));
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(listed(hello->versions), std::vector{TlsVersion::tls1_2});
  EXPECT_EQ(hello->max_version, TlsVersion::tls1_2);
  EXPECT_EQ(listed(hello->alpn), std::vector<std::string>{"h2"});
}

TEST(ParseHello, KeepsWhatOnlyLooksLikeGrease) {
  const auto hello = parsed_with(supported_versions({0x0a, 0x1a, 3, 3}) + alpn(vector8({0x2a, 0x3a})));
  EXPECT_EQ(listed(hello->versions), (std::vector{TlsVersion{0x0a1a}, TlsVersion::tls1_2}));
  EXPECT_EQ(listed(hello->alpn).size(), 1u);
}

TEST(ParseHello, CountsOnlyVersionsItKnowsTowardsTheHighest) {
  EXPECT_EQ(parsed_with(supported_versions({0x7f, 0x1c, 3, 1}))->max_version, TlsVersion::tls1_0);
  EXPECT_EQ(parsed_with(supported_versions({0xfe, 0xfd, 3, 2}))->max_version, TlsVersion::tls1_1);
  EXPECT_EQ(parsed_with(supported_versions({3, 5, 3, 4, 3, 0}))->max_version, TlsVersion::tls1_3);
  EXPECT_EQ(parsed_with(supported_versions({3, 5}))->max_version, std::nullopt);
}

TEST(ParseHello, BelievesSupportedVersionsOverTheLegacyVersion) {
  const auto hello = parsed_with(supported_versions({3, 1}));
  EXPECT_EQ(hello->legacy_version, TlsVersion::tls1_2);
  EXPECT_EQ(hello->max_version, TlsVersion::tls1_0);
}

TEST(ParseHello, DoesNotFallBackToTheLegacyVersionWhenAllOffersAreGrease) {
  const auto hello = parsed_with(supported_versions({0x0a, 0x0a}));
  ASSERT_TRUE(hello.has_value());
  EXPECT_TRUE(hello->versions.empty());
  EXPECT_EQ(hello->max_version, std::nullopt);
}

TEST(ParseHello, TakesTheLegacyVersionForAtMostTls12) {
  for (const auto& [legacy, highest] :
       {std::pair{0, TlsVersion::ssl3_0}, std::pair{1, TlsVersion::tls1_0}, std::pair{3, TlsVersion::tls1_2},
        std::pair{4, TlsVersion::tls1_2}, std::pair{255, TlsVersion::tls1_2}}) {
    HelloParts parts;
    parts.legacy_version = {3, static_cast<std::uint8_t>(legacy)};
    parts.extensions = sni("a.example");
    const auto hello = ParsedHello(parts.body());
    ASSERT_TRUE(hello.has_value()) << legacy;
    EXPECT_EQ(hello->max_version, highest) << legacy;
    EXPECT_EQ(listed(hello->versions), std::vector{highest}) << legacy;
  }
}

TEST(ParseHello, ReadsAHelloFullOfExtensions) {
  Octets many;
  for (std::size_t type = 100; type < 4100; ++type) {
    if (type != 43) many = std::move(many) + extension(type, {});
  }
  EXPECT_TRUE(parsed_with(many).has_value());
  EXPECT_TRUE(parsed_with(many + extension(100, {})).has_error());
}

}  // namespace
}  // namespace shirgate::test
