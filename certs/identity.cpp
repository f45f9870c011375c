#include "certs/identity.hpp"

#include <openssl/pem.h>

#include <fstream>

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

BioPtr memory_bio() { return require_openssl(BioPtr(BIO_new(BIO_s_mem())), "cannot make a memory BIO"); }

std::string text_in(const BioPtr& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string text_of(const X509_NAME& name) {
  const auto text = printed(name);
  if (!text) throw_openssl_error("cannot print a name");
  return *text;
}

}  // namespace

std::string certificate_pem(const Identity& identity) {
  const BioPtr bio = memory_bio();
  require_openssl(PEM_write_bio_X509(bio.get(), identity.certificate.get()), "cannot print a certificate");
  return text_in(bio);
}

std::string key_pem(const Identity& identity) {
  const BioPtr bio = memory_bio();
  require_openssl(PEM_write_bio_PKCS8PrivateKey(bio.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr),
                  "cannot print a key");
  return text_in(bio);
}

void write_identity(const Identity& identity, const std::filesystem::path& certificate_path,
                    const std::filesystem::path& key_path) {
  namespace fs = std::filesystem;
  const auto write = [](const fs::path& path, const std::string& text, fs::perms permissions) {
    std::ofstream file(path, std::ios::trunc);
    // Before the first byte: the key must at no time be in a file others may read.
    if (file) fs::permissions(path, permissions);
    if (!(file << text << std::flush)) throw std::runtime_error("cannot write " + path.string());
  };
  const fs::perms owner_only = fs::perms::owner_read | fs::perms::owner_write;
  write(certificate_path, certificate_pem(identity), owner_only | fs::perms::group_read | fs::perms::others_read);
  write(key_path, key_pem(identity), owner_only);
}

std::optional<std::string> printed(const X509_NAME& name) {
  const BioPtr bio = memory_bio();
  if (X509_NAME_print_ex(bio.get(), &name, 0, XN_FLAG_RFC2253) < 0) return std::nullopt;
  return text_in(bio);
}

std::string subject_of(const X509& certificate) { return text_of(*X509_get_subject_name(&certificate)); }

std::string issuer_of(const X509& certificate) { return text_of(*X509_get_issuer_name(&certificate)); }

}  // namespace shirgate
