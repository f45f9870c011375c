#include "certs/lab_authority.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

X509Ptr parse_certificate(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

/// What `openssl verify -x509_strict -purpose sslserver -CAfile ca leaf` says.
std::string verify(const LabAuthority& authority, const Identity& leaf) {
  const X509Ptr ca = parse_certificate(authority.ca_pem());
  const X509StorePtr store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), ca.get());
  X509_STORE_set_flags(store.get(), X509_V_FLAG_X509_STRICT);
  const X509StoreContextPtr context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf.certificate.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  X509_verify_cert(context.get());
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

bool is_for_host(const Identity& leaf, const std::string& host) {
  return X509_check_host(leaf.certificate.get(), host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                         nullptr) == 1;
}

std::string serial_of(const Identity& leaf) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf.certificate.get()), nullptr));
  char* text = BN_bn2hex(number.get());
  std::string serial = text;
  OPENSSL_free(text);
  return serial;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "shirgate_certs_XXXXXX").string();
    if (mkdtemp(pattern.data())) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string text_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(LabAuthority, IssuesALeafThatVerifiesStrictlyAsAServer) {
  LabAuthority authority;
  EXPECT_EQ(verify(authority, authority.issue("kv1.vault.azure.net")), "ok");
}

TEST(LabAuthority, IssuesALeafNoOtherAuthorityVouchesFor) {
  LabAuthority authority;
  LabAuthority inspecting("inspection");
  const Identity leaf = inspecting.issue("kv1.vault.azure.net");
  EXPECT_EQ(verify(inspecting, leaf), "ok");
  EXPECT_EQ(verify(authority, leaf), "unable to get local issuer certificate");
}

TEST(LabAuthority, IsNotTakenForAnotherOneWithTheSameName) {
  LabAuthority authority;
  LabAuthority namesake;
  EXPECT_NE(verify(authority, namesake.issue("kv.lab")), "ok");
}

TEST(LabAuthority, IssuesALeafThatCannotIssue) {
  LabAuthority authority;
  const Identity leaf = authority.issue("kv.lab");
  EXPECT_EQ(X509_check_ca(leaf.certificate.get()), 0);
  EXPECT_EQ(X509_get_extended_key_usage(leaf.certificate.get()), static_cast<std::uint32_t>(XKU_SSL_SERVER));
  EXPECT_EQ(X509_get_key_usage(leaf.certificate.get()), static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE));
}

TEST(LabAuthority, LinksLeafToAuthorityByKeyIdentifier) {
  LabAuthority authority;
  const Identity leaf = authority.issue("kv.lab");
  const X509Ptr ca = parse_certificate(authority.ca_pem());
  ASSERT_TRUE(ca);
  ASSERT_TRUE(X509_get0_subject_key_id(ca.get()));
  ASSERT_TRUE(X509_get0_subject_key_id(leaf.certificate.get()));
  ASSERT_TRUE(X509_get0_authority_key_id(leaf.certificate.get()));
  EXPECT_EQ(
      ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf.certificate.get()), X509_get0_subject_key_id(ca.get())), 0);
}

TEST(LabAuthority, SaysInItsNameThatItIsNotToBeTrusted) {
  LabAuthority authority("inspection");
  const X509Ptr ca = parse_certificate(authority.ca_pem());
  ASSERT_TRUE(ca);
  // The dash is not ASCII, so it comes escaped.
  EXPECT_EQ(subject_of(*ca), "CN=shirgate lab CA \\E2\\80\\94 do not trust (inspection),O=shirgate lab");
  EXPECT_EQ(X509_check_ca(ca.get()), 1);
  EXPECT_EQ(X509_get_pathlen(ca.get()), 0);
}

TEST(LabAuthority, PutsEveryNameInTheLeaf) {
  LabAuthority authority;
  const Identity leaf = authority.issue(std::vector<std::string>{"Origin.Lab", "*.blob.lab", "127.0.0.1", "::1"});
  EXPECT_TRUE(is_for_host(leaf, "origin.lab"));
  EXPECT_TRUE(is_for_host(leaf, "acct.blob.lab"));
  EXPECT_FALSE(is_for_host(leaf, "blob.lab"));
  EXPECT_FALSE(is_for_host(leaf, "other.lab"));
  EXPECT_EQ(X509_check_ip_asc(leaf.certificate.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(leaf.certificate.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(leaf.certificate.get(), "127.0.0.2", 0), 0);
}

TEST(LabAuthority, IssuesForANameTooLongForASubject) {
  LabAuthority authority;
  const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + ".lab";
  const Identity leaf = authority.issue(name);
  EXPECT_EQ(verify(authority, leaf), "ok");
  EXPECT_TRUE(is_for_host(leaf, name));
  EXPECT_EQ(subject_of(*leaf.certificate), "O=shirgate lab");
}

TEST(LabAuthority, GivesTheSameLeafForTheSameNames) {
  LabAuthority authority;
  EXPECT_EQ(authority.issue("kv.lab").certificate, authority.issue("KV.lab").certificate);
  EXPECT_NE(authority.issue("kv.lab").certificate, authority.issue("kv2.lab").certificate);
}

TEST(LabAuthority, NeverRepeatsASerialNumber) {
  LabAuthority authority;
  std::set<std::string> serials;
  for (int i = 0; i < 50; ++i) {
    const std::string serial = serial_of(authority.issue("host" + std::to_string(i) + ".lab"));
    EXPECT_EQ(serial.size(), 40U) << "20 octets";
    EXPECT_NE(serial.front(), '-');
    EXPECT_TRUE(serials.insert(serial).second) << serial;
  }
}

TEST(LabAuthority, StopsRememberingLeavesAtItsLimit) {
  LabAuthority authority;
  const Identity early = authority.issue("early.lab");
  for (std::size_t i = 1; i < LabAuthority::cache_limit; ++i) {
    static_cast<void>(authority.issue("h" + std::to_string(i) + ".lab"));
  }
  EXPECT_NE(authority.issue("late.lab").certificate, authority.issue("late.lab").certificate);
  EXPECT_EQ(authority.issue("early.lab").certificate, early.certificate);
  EXPECT_EQ(verify(authority, authority.issue("late.lab")), "ok");
}

TEST(LabAuthority, IsValidFromAnHourAgoForTheDaysAsked) {
  const std::time_t now = std::time(nullptr);
  LabAuthority authority({}, std::chrono::days(3));
  const X509Ptr ca = parse_certificate(authority.ca_pem());
  const Identity leaf = authority.issue("kv.lab");
  for (const X509* certificate : {ca.get(), leaf.certificate.get()}) {
    std::time_t before = now - 3600 - 1;
    EXPECT_GT(X509_cmp_time(X509_get0_notBefore(certificate), &before), 0);
    before = now - 3000;
    EXPECT_LT(X509_cmp_time(X509_get0_notBefore(certificate), &before), 0);
    std::time_t after = now + 3 * 86400 - 1;
    EXPECT_GT(X509_cmp_time(X509_get0_notAfter(certificate), &after), 0);
    after = now + 3 * 86400 + 600;
    EXPECT_LT(X509_cmp_time(X509_get0_notAfter(certificate), &after), 0);
  }
}

TEST(LabAuthority, RefusesAValidityNobodyShouldWant) {
  EXPECT_THROW(LabAuthority({}, std::chrono::days(0)), std::invalid_argument);
  EXPECT_THROW(LabAuthority({}, std::chrono::days(398)), std::invalid_argument);
  EXPECT_THROW(LabAuthority(std::string(64, 'x')), std::invalid_argument);
}

TEST(LabAuthority, RefusesWhatIsNotAName) {
  LabAuthority authority;
  EXPECT_THROW(static_cast<void>(authority.issue(std::span<const std::string>())), std::invalid_argument);
  const std::vector<std::string> bad{"",
                                     ".",
                                     "kv.lab.",
                                     ".kv.lab",
                                     "kv..lab",
                                     "kv.lab,DNS:other.lab",
                                     "kv lab",
                                     "*",
                                     "*.",
                                     "a.*.lab",
                                     "kv.lab:443",
                                     "kv\xc3\xa9.lab",
                                     std::string("kv.lab\0.evil", 12),
                                     std::string("127.0.0.1\0", 10),
                                     std::string(64, 'a') + ".lab",
                                     std::string(260, 'a')};
  for (const std::string& name : bad) {
    EXPECT_FALSE(is_certificate_name(name)) << name;
    EXPECT_THROW(static_cast<void>(authority.issue(name)), std::invalid_argument) << name;
  }
}

TEST(LabAuthority, WritesItsCertificateWithoutItsKey) {
  LabAuthority authority;
  const TemporaryFolder folder;
  authority.write_ca(folder.path() / "ca.pem");
  EXPECT_EQ(text_in(folder.path() / "ca.pem"), authority.ca_pem());
  EXPECT_EQ(authority.ca_pem().find("PRIVATE"), std::string::npos);
}

TEST(LabAuthority, SaysWhichFileItCouldNotWrite) {
  const LabAuthority authority;
  try {
    authority.write_ca("/nonexistent/ca.pem");
    FAIL() << "wrote into a folder that does not exist";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "cannot write /nonexistent/ca.pem");
  }
}

TEST(LabAuthority, ServesSeveralThreads) {
  LabAuthority authority;
  std::array<Identity, 4> leaves;
  std::vector<std::thread> threads;
  for (Identity& leaf : leaves) {
    threads.emplace_back([&authority, &leaf] {
      for (int i = 0; i < 20; ++i) leaf = authority.issue("host" + std::to_string(i) + ".lab");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Identity& leaf : leaves) EXPECT_EQ(leaf.certificate, leaves.front().certificate);
}

TEST(Identity, WritesItsKeyForItsOwnerOnly) {
  LabAuthority authority;
  const TemporaryFolder folder;
  const Identity leaf = authority.issue("kv.lab");
  write_identity(leaf, folder.path() / "leaf.pem", folder.path() / "leaf.key");
  EXPECT_EQ(text_in(folder.path() / "leaf.pem"), certificate_pem(leaf));
  EXPECT_EQ(text_in(folder.path() / "leaf.key"), key_pem(leaf));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder.path() / "leaf.key").permissions(), perms::owner_read | perms::owner_write);
}

TEST(Identity, PrintsAKeyThatFitsItsCertificate) {
  LabAuthority authority;
  const Identity leaf = authority.issue("kv.lab");
  const std::string pem = key_pem(leaf);
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  ASSERT_TRUE(key);
  EXPECT_EQ(X509_check_private_key(leaf.certificate.get(), key.get()), 1);
  EXPECT_EQ(subject_of(*leaf.certificate), "CN=kv.lab,O=shirgate lab");
}

TEST(OpensslError, SaysWhatWasAttemptedWithOpensslsReason) {
  const X509Ptr nothing = parse_certificate("no certificate");
  ASSERT_FALSE(nothing);
  try {
    throw_openssl_error("cannot read a certificate");
  } catch (const OpensslError& error) {
    EXPECT_STREQ(error.what(), "cannot read a certificate: no start line");
  }
  EXPECT_EQ(take_openssl_errors(), "");
}

}  // namespace
}  // namespace shirgate
