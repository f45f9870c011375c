// OpenSSL's SHA-256 by its direct interface, which 3.0 calls deprecated: the EVP one of that version allocates at each
// start, for each ClientHello twice, and takes two to three times as long for the hundred bytes of a fingerprint.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "certs/digest.hpp"

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

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

Sha256::Sha256() { require_openssl(SHA256_Init(&state_), "cannot start SHA-256"); }

void Sha256::add(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  require_openssl(SHA256_Update(&state_, bytes.data(), bytes.size()), "cannot continue SHA-256");
}

void Sha256::add(std::string_view text) { add(bytes_of(text)); }

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  require_openssl(SHA256_Final(digest.data(), &state_), "cannot finish SHA-256");
  require_openssl(SHA256_Init(&state_), "cannot restart SHA-256");
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
