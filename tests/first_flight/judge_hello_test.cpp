#include "proxy/first_flight/judge_hello.hpp"

#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

Host host(std::string_view text) { return *parse_host(text); }

const Host asked = host("kv1.vault.azure.net");

Hello good() {
  Hello hello;
  hello.legacy_version = TlsVersion::tls1_2;
  hello.versions = {TlsVersion::tls1_3, TlsVersion::tls1_2};
  hello.max_version = TlsVersion::tls1_3;
  hello.sni = {SniState::named, asked, "", 0};
  return hello;
}

Hello with_sni(SniState state, std::optional<Host> name = std::nullopt) {
  auto hello = good();
  hello.sni = {state, std::move(name), "", 0};
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

TEST(JudgeHello, AllowsTheHostThatWasAskedFor) { EXPECT_EQ(judge_hello(good(), asked, {}), Reason::allowed); }

TEST(JudgeHello, RefusesAHelloWithoutAName) {
  EXPECT_EQ(judge_hello(with_sni(SniState::absent), asked, {}), Reason::sni_absent);
}

TEST(JudgeHello, RefusesAMalformedName) {
  EXPECT_EQ(judge_hello(with_sni(SniState::malformed), asked, {}), Reason::sni_malformed);
}

TEST(JudgeHello, RefusesAnyOtherName) {
  for (const auto* other : {"evil.example", "kv2.vault.azure.net", "vault.azure.net", "x.kv1.vault.azure.net"}) {
    EXPECT_EQ(judge_hello(with_sni(SniState::named, host(other)), asked, {}), Reason::sni_mismatch) << other;
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

TEST(JudgeHello, NamesTheFirstOfSeveralFaultsInItsOrder) {
  auto hello = with_ech();
  EXPECT_EQ(judge_hello(hello, host("other.example"), {}), Reason::sni_mismatch);
  hello.sni = {SniState::absent, std::nullopt, "", 0};
  EXPECT_EQ(judge_hello(hello, asked, {}), Reason::sni_absent);
  hello.max_version = TlsVersion::tls1_0;
  EXPECT_EQ(judge_hello(hello, asked, {}), Reason::tls_version_refused);
  hello.sni = {SniState::malformed, std::nullopt, "", 0};
  EXPECT_EQ(judge_hello(hello, asked, {}), Reason::sni_malformed);
}

TEST(JudgeHello, StillChecksTheNameOfAnAllowedEncryptedHello) {
  EXPECT_EQ(judge_hello(with_ech(), host("other.example"), {.ech_allowed = true}), Reason::sni_mismatch);
}

}  // namespace
}  // namespace shirgate::test
