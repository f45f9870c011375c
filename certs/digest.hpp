// SHA-256, whole or in pieces: the audit chain, the fingerprints of files, the checks of bulk transfers.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shirgate {

using Sha256Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256Digest sha256(std::span<const std::uint8_t> bytes);
[[nodiscard]] Sha256Digest sha256(std::string_view text);

/// SHA-256 of what is added in pieces, however it was cut. Allocates nothing, like the two above.
class Sha256 {
 public:
  Sha256();

  void add(std::span<const std::uint8_t> bytes);
  void add(std::string_view text);

  /// The digest of everything added since construction or the last finish(); then starts afresh.
  [[nodiscard]] Sha256Digest finish();

 private:
  SHA256_CTX state_;
};

/// Lower case, two digits a byte.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace shirgate
