#include "certs/digest.hpp"

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

/// Fetched once: OpenSSL 3 otherwise looks the algorithm up, under a lock, at each use.
const EVP_MD* algorithm() {
  static const DigestPtr fetched =
      require_openssl(DigestPtr(EVP_MD_fetch(nullptr, "SHA256", nullptr)), "no SHA-256 in this OpenSSL");
  return fetched.get();
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Sha256Digest sha256(std::span<const std::uint8_t> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

Sha256Digest sha256(std::string_view text) { return sha256(bytes_of(text)); }

Sha256::Sha256() : context_(require_openssl(DigestContextPtr(EVP_MD_CTX_new()), "cannot start SHA-256")) {
  require_openssl(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr), "cannot start SHA-256");
}

void Sha256::add(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  require_openssl(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()), "cannot continue SHA-256");
}

void Sha256::add(std::string_view text) { add(bytes_of(text)); }

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  require_openssl(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr), "cannot finish SHA-256");
  require_openssl(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr), "cannot restart SHA-256");
  return digest;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    hex += digits[byte >> 4];
    hex += digits[byte & 0xf];
  }
  return hex;
}

}  // namespace shirgate
