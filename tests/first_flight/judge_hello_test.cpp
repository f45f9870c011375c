#include "proxy/first_flight/judge_hello.hpp"

#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

Host host(std::string_view text) { return *parse_host(text); }

const Host asked = host("kv1.vault.azure.net");

/// Views into text and bytes that live as long as the program.
Hello good() {
  Hello hello;
  hello.max_version = TlsVersion::tls1_3;
  hello.sni = {SniState::named, "kv1.vault.azure.net", 19};
  return hello;
}

Hello with_sni(SniState state, std::string_view name = {}) {
  auto hello = good();
  hello.sni = {state, name, name.size()};
  return hello;
}

Hello with_max_version(std::optional<TlsVersion> version) {
  auto hello = good();
  hello.max_version = version;
  return hello;
}

Hello with_ech() {
  auto hello = good();
  hello.ech = true;
  return hello;
}

/// Names behind their lengths, as they are on the wire.
Hello with_alpn(std::string_view wire) {
  auto hello = good();
  hello.alpn = *TlsList<std::string_view>::parse({reinterpret_cast<const std::uint8_t*>(wire.data()), wire.size()});
  return hello;
}

TEST(JudgeHello, AllowsTheHostThatWasAskedFor) { EXPECT_EQ(judge_hello(good(), asked, {}), Reason::allowed); }

TEST(JudgeHello, AllowsItInEveryLetterCase) {
  EXPECT_EQ(judge_hello(with_sni(SniState::named, "KV1.Vault.AZURE.net"), asked, {}), Reason::allowed);
}

TEST(JudgeHello, RefusesAHelloWithoutAName) {
  EXPECT_EQ(judge_hello(with_sni(SniState::absent), asked, {}), Reason::sni_absent);
}

TEST(JudgeHello, TakesAHelloWithoutANameWhereTheRulesLetItBeAbsent) {
  EXPECT_EQ(judge_hello(with_sni(SniState::absent), asked, {.sni_optional = true}), Reason::allowed);
}

TEST(JudgeHello, StillChecksANameThatIsThereThoughItNeedNotBe) {
  EXPECT_EQ(judge_hello(good(), asked, {.sni_optional = true}), Reason::allowed);
  EXPECT_EQ(judge_hello(with_sni(SniState::named, "evil.example"), asked, {.sni_optional = true}),
            Reason::sni_mismatch);
  EXPECT_EQ(judge_hello(with_sni(SniState::malformed), asked, {.sni_optional = true}), Reason::sni_malformed);
}

TEST(JudgeHello, RefusesANamelessEncryptedHelloEvenWhereTheNameMayBeAbsent) {
  auto hello = with_ech();
  hello.sni = {};
  EXPECT_EQ(judge_hello(hello, asked, {.sni_optional = true}), Reason::ech_refused);
}

TEST(JudgeHello, RefusesAMalformedName) {
  EXPECT_EQ(judge_hello(with_sni(SniState::malformed), asked, {}), Reason::sni_malformed);
}

TEST(JudgeHello, RefusesAnyOtherName) {
  for (const auto* other : {"evil.example", "kv2.vault.azure.net", "vault.azure.net", "x.kv1.vault.azure.net",
                            "kv1.vault.azure.ne", "kv1.vault.azure.nets", ""}) {
    EXPECT_EQ(judge_hello(with_sni(SniState::named, other), asked, {}), Reason::sni_mismatch) << other;
  }
}

TEST(JudgeHello, RefusesVersionsBelowTheMinimum) {
  EXPECT_EQ(judge_hello(with_max_version(TlsVersion::tls1_1), asked, {}), Reason::tls_version_refused);
  EXPECT_EQ(judge_hello(with_max_version(TlsVersion::ssl3_0), asked, {}), Reason::tls_version_refused);
  EXPECT_EQ(judge_hello(with_max_version(std::nullopt), asked, {}), Reason::tls_version_refused);
  EXPECT_EQ(judge_hello(with_max_version(TlsVersion::tls1_2), asked, {}), Reason::allowed);
}

TEST(JudgeHello, TakesTheMinimumFromTheRules) {
  EXPECT_EQ(judge_hello(with_max_version(TlsVersion::tls1_2), asked, {.minimum_version = TlsVersion::tls1_3}),
            Reason::tls_version_refused);
  EXPECT_EQ(judge_hello(with_max_version(TlsVersion::tls1_0), asked, {.minimum_version = TlsVersion::tls1_0}),
            Reason::allowed);
}

TEST(JudgeHello, RefusesAnEncryptedHelloUnlessTheRulesAllowIt) {
  EXPECT_EQ(judge_hello(with_ech(), asked, {}), Reason::ech_refused);
  EXPECT_EQ(judge_hello(with_ech(), asked, {.ech_allowed = true}), Reason::allowed);
}

TEST(JudgeHello, RefusesAProtocolTheRulesDoNotList) {
  const std::vector<std::string> web{"h2", "http/1.1"};
  for (const std::string_view offer : {"\2h2", "\x8http/1.1", "\2h2\x8http/1.1", ""})
    EXPECT_EQ(judge_hello(with_alpn(offer), asked, {.alpn = web}), Reason::allowed) << offer;
  for (const std::string_view offer : {"\3dot", "\2h2\3dot", "\3dot\2h2", "\2H2", "\1h", "\3h2 "})
    EXPECT_EQ(judge_hello(with_alpn(offer), asked, {.alpn = web}), Reason::alpn_refused) << offer;
}

TEST(JudgeHello, TakesEveryProtocolWhereTheRulesListNone) {
  EXPECT_EQ(judge_hello(with_alpn("\3dot"), asked, {}), Reason::allowed);
}

TEST(JudgeHello, PassesOverGreaseAmongTheProtocols) {
  const std::vector<std::string> web{"h2"};
  EXPECT_EQ(judge_hello(with_alpn("\2\x1a\x1a\2h2"), asked, {.alpn = web}), Reason::allowed);
}

TEST(JudgeHello, NamesAProtocolBeforeWhatReportModeMayLift) {
  const std::vector<std::string> web{"h2"};
  auto hello = with_alpn("\3dot");
  EXPECT_EQ(judge_hello(hello, host("other.example"), {.alpn = web}), Reason::alpn_refused);
  hello.max_version = TlsVersion::tls1_0;
  EXPECT_EQ(judge_hello(hello, asked, {.alpn = web}), Reason::tls_version_refused);
}

TEST(JudgeHello, NamesTheFirstOfSeveralFaultsInItsOrder) {
  auto hello = with_ech();
  EXPECT_EQ(judge_hello(hello, host("other.example"), {}), Reason::sni_mismatch);
  hello.sni = {SniState::absent, "", 0};
  EXPECT_EQ(judge_hello(hello, asked, {}), Reason::sni_absent);
  hello.max_version = TlsVersion::tls1_0;
  EXPECT_EQ(judge_hello(hello, asked, {}), Reason::tls_version_refused);
  hello.sni = {SniState::malformed, "", 0};
  EXPECT_EQ(judge_hello(hello, asked, {}), Reason::sni_malformed);
}

TEST(JudgeHello, StillChecksTheNameOfAnAllowedEncryptedHello) {
  EXPECT_EQ(judge_hello(with_ech(), host("other.example"), {.ech_allowed = true}), Reason::sni_mismatch);
}

}  // namespace
}  // namespace shirgate::test
