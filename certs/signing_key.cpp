#include "certs/signing_key.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;

DigestContextPtr digest_context() {
  return require_openssl(DigestContextPtr(EVP_MD_CTX_new()), "cannot make a signing context");
}

BioPtr memory_bio() { return require_openssl(BioPtr(BIO_new(BIO_s_mem())), "cannot make a memory BIO"); }

BioPtr bio_over(std::string_view text) {
  return require_openssl(BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))), "cannot read a PEM text");
}

std::string text_in(const BioPtr& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

KeyPtr public_half(const RawKey& raw) {
  return require_openssl(KeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size())),
                         "cannot take an Ed25519 public key");
}

RawKey raw_public(const KeyPtr& key) {
  RawKey raw{};
  std::size_t size = raw.size();
  require_openssl(EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size), "cannot read an Ed25519 public key");
  return raw;
}

bool is_ed25519(const KeyPtr& key) { return key && EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519; }

/// Without this, OpenSSL would ask for the pass phrase of an encrypted key on the terminal.
int no_pass_phrase(char*, int, int, void*) { return -1; }

}  // namespace

Checked<PublicKey> PublicKey::from_pem(std::string_view pem) {
  const auto bio = bio_over(pem);
  const KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_pass_phrase, nullptr));
  ERR_clear_error();
  if (!is_ed25519(key)) return complain("holds no Ed25519 public key in PEM form");
  return PublicKey(raw_public(key));
}

std::string PublicKey::pem() const {
  const auto bio = memory_bio();
  require_openssl(PEM_write_bio_PUBKEY(bio.get(), public_half(raw_).get()), "cannot print a public key");
  return text_in(bio);
}

bool PublicKey::verifies(std::string_view text, std::span<const std::uint8_t> signature) const {
  const auto key = public_half(raw_);
  const auto context = digest_context();
  require_openssl(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()), "cannot start to verify");
  const bool good =
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  return good;
}

SigningKey SigningKey::make() {
  return SigningKey(
      require_openssl(KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), "cannot make an Ed25519 key"));
}

SigningKey SigningKey::from_seed(const RawKey& seed) {
  return SigningKey(
      require_openssl(KeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())),
                      "cannot take an Ed25519 key"));
}

Checked<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const auto bio = bio_over(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
  ERR_clear_error();
  if (!is_ed25519(key)) return complain("holds no Ed25519 key in PEM form");
  return SigningKey(std::move(key));
}

std::string SigningKey::pem() const {
  const auto bio = memory_bio();
  require_openssl(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr),
                  "cannot print a key");
  return text_in(bio);
}

Signature SigningKey::sign(std::string_view text) const {
  const auto context = digest_context();
  require_openssl(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()), "cannot start to sign");
  Signature signature{};
  std::size_t size = signature.size();
  require_openssl(EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(text), text.size()), "cannot sign");
  return signature;
}

PublicKey SigningKey::public_key() const { return PublicKey(raw_public(key_)); }

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto high = digits.find(text[2 * i]);
    const auto low = digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace shirgate
