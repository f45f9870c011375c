// An Ed25519 key: who signs the audit log, and who checks what was signed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "certs/openssl_ptr.hpp"
#include "policy/checked.hpp"

namespace shirgate {

using RawKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// The half everybody may have. A plain value; nothing is asked of it until it verifies.
class PublicKey {
 public:
  explicit PublicKey(const RawKey& raw) : raw_(raw) {}
  /// PEM as `pem()` writes it.
  [[nodiscard]] static Checked<PublicKey> from_pem(std::string_view pem);

  [[nodiscard]] const RawKey& raw() const { return raw_; }
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] bool verifies(std::string_view text, std::span<const std::uint8_t> signature) const;
  friend bool operator==(const PublicKey&, const PublicKey&) = default;

 private:
  RawKey raw_;
};

/// The half that never leaves its file.
class SigningKey {
 public:
  [[nodiscard]] static SigningKey make();
  [[nodiscard]] static SigningKey from_seed(const RawKey& seed);
  /// A file that only its owner, this user or root, can read; a link is refused.
  [[nodiscard]] static Checked<SigningKey> load(const std::string& path);

  /// Makes the file, readable by its owner only, on disk when this returns. What is there is never overwritten.
  [[nodiscard]] Checked<bool> save(const std::string& path) const;

  [[nodiscard]] Signature sign(std::string_view text) const;
  [[nodiscard]] PublicKey public_key() const;

 private:
  explicit SigningKey(KeyPtr key) : key_(std::move(key)) {}
  [[nodiscard]] static Checked<SigningKey> from_pem(std::string_view pem);
  [[nodiscard]] std::string pem() const;

  KeyPtr key_;
};

/// The bytes of `2 * out.size()` hexadecimal digits, lower case; false where the text is anything else.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace shirgate
