// JA4 against what others say it is: the examples FoxIO publishes, and for every capture what ja4_reference.py, an
// implementation of the published text that shares nothing with ours, makes of it.
#include "proxy/first_flight/ja4.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "corpus.hpp"
#include "feeding.hpp"
#include "hello_builder.hpp"
#include "parsed_hello.hpp"
#include "tds_builder.hpp"

namespace shirgate::test {
namespace {

std::string ja4(const HelloParts& parts) {
  const ParsedHello hello(parts.body());
  return hello.has_value() ? std::string(ja4_of(*hello).text()) : "unread";
}

Octets numbers(std::initializer_list<int> values) {
  Octets all;
  for (const int value : values) all = std::move(all) + u16(static_cast<std::size_t>(value));
  return all;
}

Octets signature_algorithms() {
  return extension(13, vector16(numbers({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601})));
}

/// The hello of the worked example in FoxIO's technical_details/JA4.md; what it does not give is made up.
HelloParts published_example() {
  HelloParts parts;
  parts.cipher_suites = vector16(numbers({0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
                                          0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035}));
  parts.extensions = extension(0x1b, {2, 0, 2}) + sni("a.example") + extension(0x33, vector16({0, 29, 0, 1, 7})) +
                     alpn(vector8(octets("h2")) + vector8(octets("http/1.1"))) + extension(0x4469, {}) +
                     extension(0x17, {}) + extension(0x2d, {1, 1}) + signature_algorithms() + extension(5, {}) +
                     extension(0x23, {}) + extension(0x12, {}) + supported_versions({3, 4, 3, 3}) +
                     extension(0xff01, {0}) + extension(0x0b, {1, 0}) + extension(0x0a, vector16({0, 29})) +
                     extension(0x15, {});
  return parts;
}

TEST(Ja4, IsThePublishedOneForThePublishedExample) {
  EXPECT_EQ(ja4(published_example()), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, IsThePublishedOneForAChromeWithEncryptedHelloInPlaceOfPadding) {
  // "Chrome" in FoxIO's README; the padding extension made way for encrypted_client_hello.
  auto parts = published_example();
  auto& bytes = parts.extensions;
  bytes.resize(bytes.size() - extension(0x15, {}).size());
  bytes = std::move(bytes) + extension(0xfe0d, {0});
  EXPECT_EQ(ja4(parts), "t13d1516h2_8daaf6152771_02713d6af862");
}

TEST(Ja4, PassesOverGreaseWhereverItIs) {
  auto parts = published_example();
  const auto ciphers = Octets(parts.cipher_suites.begin() + 2, parts.cipher_suites.end());
  parts.cipher_suites = vector16(numbers({0x4a4a}) + ciphers + numbers({0xfafa}));
  parts.extensions = extension(0x0a0a, {}) + parts.extensions + extension(0x1a1a, {0});
  EXPECT_EQ(ja4(parts), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, EndsWithoutAnUnderscoreWhereThereAreNoSignatureAlgorithms) {
  // The published example of this has type 13 in the list and no algorithms, which only a malformed hello could; so it
  // is checked with our own: sha256("000a,002b").
  HelloParts parts;
  parts.extensions = supported_versions({3, 4}) + extension(0x0a, vector16({0, 29}));
  EXPECT_EQ(ja4(parts), "t13i020200_62ed6f6ca7ad_b0ac53b37fa7");
}

TEST(Ja4, IsZeroesWhereThereIsNothingToHash) {
  HelloParts parts;
  parts.cipher_suites = vector16(numbers({0x0a0a}));
  parts.extensions = sni("a.example") + alpn(vector8(octets("h2")));
  EXPECT_EQ(ja4(parts), "t12d0002h2_000000000000_000000000000");
}

TEST(Ja4, CountsToNinetyNine) {
  HelloParts parts;
  Octets ciphers;
  Octets extensions;
  for (std::size_t i = 0; i < 100; ++i) {
    ciphers = std::move(ciphers) + u16(0xc000 + i);
    extensions = std::move(extensions) + extension(0x2000 + i, {});
  }
  parts.cipher_suites = vector16(ciphers);
  parts.extensions = extensions;
  EXPECT_EQ(ja4(parts).substr(0, 10), "t12i999900");
}

TEST(Ja4, TellsNamedFromNameless) {
  HelloParts parts;
  parts.extensions = {};
  EXPECT_EQ(ja4(parts).substr(3, 1), "i");
  parts.extensions = extension(0, {1});
  EXPECT_EQ(ja4(parts).substr(3, 1), "d") << "whatever is in it";
}

struct VersionCase {
  Octets legacy;
  std::optional<Octets> supported;
  const char* text;
};

TEST(Ja4, NamesTheHighestVersion) {
  for (const auto& [legacy, supported, text] : {
           VersionCase{{3, 3}, Octets{3, 3, 3, 4, 3, 1}, "13"},
           VersionCase{{3, 3}, Octets{0xfa, 0xfa, 3, 3}, "12"},
           VersionCase{{3, 3}, Octets{3, 2}, "11"},
           VersionCase{{3, 3}, Octets{3, 1}, "10"},
           VersionCase{{3, 3}, Octets{3, 0}, "s3"},
           VersionCase{{3, 3}, Octets{3, 4, 0x7f, 0x1c}, "00"},
           VersionCase{{3, 3}, Octets{3, 4, 0xfe, 0xfc}, "d3"},
           VersionCase{{3, 3}, Octets{0xfe, 0xfc, 0xfe, 0xfd}, "d2"},
           VersionCase{{3, 3}, Octets{0xfe, 0xff, 0xfe, 0xfd}, "d1"},
           VersionCase{{3, 3}, Octets{0, 2}, "s2"},
           VersionCase{{3, 3}, Octets{0x0a, 0x0a}, "00"},
           VersionCase{{3, 3}, std::nullopt, "12"},
           VersionCase{{3, 1}, std::nullopt, "10"},
           VersionCase{{3, 0}, std::nullopt, "s3"},
           VersionCase{{3, 4}, std::nullopt, "13"},
           VersionCase{{3, 9}, std::nullopt, "00"},
       }) {
    HelloParts parts;
    parts.legacy_version = legacy;
    parts.extensions = supported ? supported_versions(*supported) : Octets{};
    EXPECT_EQ(ja4(parts).substr(1, 2), text);
  }
}

struct AlpnCase {
  Octets protocol;
  const char* text;
};

TEST(Ja4, ShowsTheFirstProtocolByItsEnds) {
  // From "8" on the examples of the published text.
  for (const auto& [protocol, text] : {
           AlpnCase{octets("http/1.1"), "h1"},
           AlpnCase{octets("h2"), "h2"},
           AlpnCase{octets("tds/8.0"), "t0"},
           AlpnCase{octets("Zz"), "Zz"},
           AlpnCase{octets("8"), "88"},
           AlpnCase{{0xab}, "ab"},
           AlpnCase{{0x20}, "20"},
           AlpnCase{{0xab, 0xcd}, "ad"},
           AlpnCase{{0x20, 0x61}, "21"},
           AlpnCase{{0x30, 0xab}, "3b"},
           AlpnCase{{0x61, 0x20}, "60"},
           AlpnCase{{0x30, 0x31, 0xab, 0xcd}, "3d"},
           AlpnCase{{0x30, 0xab, 0xcd, 0x31}, "01"},
       }) {
    HelloParts parts;
    parts.extensions = alpn(vector8({0x3a, 0x3a}) + vector8(protocol) + vector8(octets("xy")));
    EXPECT_EQ(ja4(parts).substr(8, 2), text);
  }
}

TEST(Ja4, HashesTheLongestListsAHelloHolds) {
  // sha256 of "0001,0002,...,1f00", and of the extensions "2000,...,20f9": more text than is hashed at once.
  HelloParts parts;
  Octets ciphers;
  for (std::size_t i = 0x1f00; i > 0; --i)
    ciphers.insert(ciphers.end(), {static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
  parts.cipher_suites = vector16(ciphers);
  parts.extensions = {};
  for (std::size_t i = 0; i < 90; ++i) parts.extensions = std::move(parts.extensions) + extension(0x2000 + i, {});
  EXPECT_EQ(ja4(parts), "t12i999000_9f3707eaf949_c12fec757287");
}

struct Expected {
  const char* capture;
  const char* ja4;
};

// Printed by ja4_reference.py.
const std::vector<Expected> expected_of_captures{
    Expected{"bun-fetch-boringssl", "t13d1713h1_5b57614c22b0_7f527383e249"},
    Expected{"cargo-libcurl", "t13d3012h2_1d37bd780c83_882d495ac381"},
    Expected{"chromium-headless", "t13d1517h2_8daaf6152771_cb7bf5808d99"},
    Expected{"curl-openssl-http11-tls12", "t12d2807h1_d943125447b4_a44c6288192a"},
    Expected{"curl-openssl", "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6"},
    Expected{"deno-fetch-rustls", "t13d1011h2_61a7ad8aa9b6_f9531d972513"},
    Expected{"dotnet10-azure-sdk", "t13d121100_a538d02d76d5_f6eeaf393d2e"},
    Expected{"firefox-esr-headless", "t13d1617h2_86a278354501_3cbfd9057e0d"},
    Expected{"git-curl-gnutls", "t13d2912h2_723694b0fccc_288f874c93d6"},
    Expected{"gnutls-cli-tls12", "t12d2511h2_7415a186c913_577ffa9d9a5c"},
    Expected{"gnutls-cli", "t13d291300_723694b0fccc_2cc26d266019"},
    Expected{"go119-nethttp", "t13d1910h2_9dc949149365_97f8aa674fd9"},
    Expected{"mono-httpclient-envproxy", "t12d290700_fc2078a0b8c0_8c06664c3ac5"},
    Expected{"mono-httpwebrequest-407", "t12d290700_fc2078a0b8c0_8c06664c3ac5"},
    Expected{"mono-httpwebrequest", "t12d290700_fc2078a0b8c0_8c06664c3ac5"},
    Expected{"node20-tls", "t13d5911h1_a33745022dd6_1f22a2ca17c4"},
    Expected{"node20-undici", "t13d5911h1_a33745022dd6_1f22a2ca17c4"},
    Expected{"node26-fetch-envproxy", "t13d5212h1_b262b3658495_8e6e362c5eac"},
    Expected{"openssl-tls12-ticket", "t12d280700_d943125447b4_e7e480e5a997"},
    Expected{"openssl-tls12", "t12d2808h1_d943125447b4_e7e480e5a997"},
    Expected{"openssl-tls13", "t13d311000_e8f1e7e78f70_1f22a2ca17c4"},
    Expected{"openssl-trailing-dot-sni", "t13d311000_e8f1e7e78f70_1f22a2ca17c4"},
    Expected{"perl-iosocketssl", "t13d311100_e8f1e7e78f70_d41ae481755e"},
    Expected{"python3-ssl", "t13d181100_85036bcba153_d41ae481755e"},
    Expected{"tds-freetds-tsql-cafile", "t13i291100_723694b0fccc_5671b5df5029"},
    Expected{"tds-mono-sqlclient", "t12d290700_fc2078a0b8c0_8c06664c3ac5"},
    Expected{"tds-pymssql", "t13i291100_723694b0fccc_5671b5df5029"},
    Expected{"tds-tedious-node22", "t12d490800_a3a57eb31a6a_36cef8aed422"},
    Expected{"tds-tedious", "t12d560700_99d8c53049f3_e7e480e5a997"},
    Expected{"tds8-strict-tedious", "t13d5911t0_a33745022dd6_1f22a2ca17c4"},
    Expected{"wolfssl", "t13d600900_68b42a500d9a_bcf9c9146425"},
};

TEST(Ja4, OfEveryCaptureIsWhatTheReferenceMakesOfIt) {
  std::size_t hellos = 0;
  for (const auto& capture : captures()) {
    if (capture.format() == "not-tls") continue;
    ++hellos;
    const auto row =
        std::ranges::find_if(expected_of_captures, [&](const Expected& e) { return e.capture == capture.name; });
    ASSERT_NE(row, expected_of_captures.end()) << capture.name;
    const auto bytes = capture.format() == "tls" ? capture.bytes : unwrap_tds(capture.bytes);
    const ParsedHello hello(fed_whole(bytes).body);
    ASSERT_TRUE(hello.has_value()) << capture.name;
    EXPECT_EQ(ja4_of(*hello).text(), row->ja4) << capture.name;
  }
  EXPECT_EQ(hellos, expected_of_captures.size());
}

}  // namespace
}  // namespace shirgate::test
