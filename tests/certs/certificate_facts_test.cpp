#include "certs/certificate_facts.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>
#include <memory>
#include <random>

#include "certs/lab_authority.hpp"
#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

using Bytes = std::vector<std::uint8_t>;

LabAuthority& authority() {
  static LabAuthority one("facts");
  return one;
}

Bytes der_of(const Identity& identity) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(identity.certificate.get(), &der);
  if (size <= 0) throw_openssl_error("i2d_X509");
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Bytes leaf_for(std::vector<std::string> names) { return der_of(authority().issue(names)); }

/// From an exact copy, so that the sanitizer sees the first byte read too far.
std::optional<CertificateFacts> facts_of(const Bytes& der) {
  const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[der.size()]);
  std::copy(der.begin(), der.end(), copy.get());
  return read_certificate({copy.get(), der.size()});
}

/// With every place that holds `from` changed to `to`, which is as long.
Bytes replaced(Bytes bytes, std::string_view from, std::string_view to) {
  for (auto at = bytes.begin();; at += static_cast<std::ptrdiff_t>(from.size())) {
    at = std::search(at, bytes.end(), from.begin(), from.end());
    if (at == bytes.end()) return bytes;
    std::copy(to.begin(), to.end(), at);
  }
}

TEST(CertificateFacts, AreTheNamesAndTheIssuerOfALeaf) {
  const auto identity = authority().issue(std::vector<std::string>{"kv1.vault.azure.net", "*.lab", "10.0.0.1"});
  const auto facts = facts_of(der_of(identity));
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->dns_names, (std::vector<std::string>{"kv1.vault.azure.net", "*.lab"}));
  EXPECT_EQ(facts->left_out, 0u) << "an address is not a name";
  EXPECT_EQ(facts->issuer, issuer_of(*identity.certificate));
  EXPECT_NE(facts->issuer.find("do not trust"), std::string::npos);
}

TEST(CertificateFacts, KeepNamesUpToTheirNumber) {
  std::vector<std::string> names;
  for (int i = 0; i < 130; ++i) names.push_back("n" + std::to_string(i) + ".lab");
  const auto facts = facts_of(leaf_for(names));
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->dns_names.size(), max_certificate_names);
  EXPECT_EQ(facts->dns_names.back(), "n99.lab");
  EXPECT_EQ(facts->left_out, 30u);
}

TEST(CertificateFacts, LeaveOutNamesThatAreNotPrintable) {
  // The first name is in the subject too.
  const auto leaf = leaf_for({"other.lab", "first.lab"});
  for (const std::string_view bad :
       {std::string_view("fir\0t.lab", 9), std::string_view("fir\nt.lab"), std::string_view("fir t.lab"),
        std::string_view("fir\x1bt.lab"), std::string_view("fir\x7ft.lab"), std::string_view("fir\xc3t.lab")}) {
    const auto facts = facts_of(replaced(leaf, "first.lab", bad));
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->dns_names, std::vector<std::string>{"other.lab"});
    EXPECT_EQ(facts->left_out, 1u);
  }
}

TEST(CertificateFacts, EscapeWhatTheIssuerHolds) {
  const auto facts = facts_of(replaced(leaf_for({"a.lab"}), "shirgate lab CA", "shirg\r\nte\x1b[m \xc3\xa9"));
  ASSERT_TRUE(facts.has_value());
  EXPECT_TRUE(std::ranges::all_of(facts->issuer, [](char c) { return c >= ' ' && c <= '~'; })) << facts->issuer;
}

TEST(CertificateFacts, AreNothingUnlessTheBytesAreOneCertificate) {
  const auto leaf = leaf_for({"a.lab"});
  EXPECT_TRUE(facts_of(leaf).has_value());
  EXPECT_FALSE(facts_of({}).has_value());
  EXPECT_FALSE(facts_of({0x30, 0x00}).has_value());
  EXPECT_FALSE(facts_of(Bytes(9000, 0x30)).has_value());
  auto longer = leaf;
  longer.push_back(0);
  EXPECT_FALSE(facts_of(longer).has_value());
  for (std::size_t size = 0; size < leaf.size(); ++size)
    ASSERT_FALSE(facts_of(Bytes(leaf.begin(), leaf.begin() + static_cast<std::ptrdiff_t>(size))).has_value()) << size;
}

TEST(CertificateFacts, LeaveOpensslWithoutAnErrorToTell) {
  static_cast<void>(facts_of({0x30, 0x03, 1, 2, 3}));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(CertificateFacts, OfDamagedCertificatesAreBoundedAndPrintable) {
  const auto leaf = leaf_for({"first.lab", "*.second.lab", "third.lab"});
  std::mt19937 random(20261122);
  int read = 0;
  for (int i = 0; i < 2000; ++i) {
    auto bytes = leaf;
    for (auto changes = 1 + random() % 3; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    const auto facts = facts_of(bytes);
    if (!facts) continue;
    ++read;
    ASSERT_LE(facts->issuer.size(), max_issuer_bytes);
    for (const auto& name : facts->dns_names)
      ASSERT_TRUE(std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; })) << "mutation " << i;
  }
  EXPECT_GT(read, 400);
}

}  // namespace
}  // namespace shirgate
