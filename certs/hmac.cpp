#include "certs/hmac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "certs/openssl_error.hpp"

namespace shirgate {

Sha256Digest hmac_sha256(std::string_view key, std::string_view text) {
  Sha256Digest digest{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(), digest.data(), nullptr);
  if (done == nullptr) throw_openssl_error("cannot make an HMAC");
  return digest;
}

}  // namespace shirgate
