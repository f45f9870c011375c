// A reading position in bytes from the network that cannot leave them. A read that asks for more than is left gives
// nothing and spends the rest, so that no later read can pick up in the middle of what failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace shirgate {

class Cursor {
 public:
  using Bytes = std::span<const std::uint8_t>;

  explicit Cursor(Bytes bytes) : left_(bytes) {}

  [[nodiscard]] bool at_end() const { return left_.empty(); }

  [[nodiscard]] std::optional<std::uint8_t> u8() {
    const auto read = bytes(1);
    if (!read) return std::nullopt;
    return (*read)[0];
  }

  /// Big-endian, as everything in TLS.
  [[nodiscard]] std::optional<std::uint16_t> u16() {
    const auto read = bytes(2);
    if (!read) return std::nullopt;
    return static_cast<std::uint16_t>((*read)[0] << 8 | (*read)[1]);
  }

  [[nodiscard]] std::optional<Bytes> bytes(std::size_t count) {
    if (count > left_.size()) {
      left_ = {};
      return std::nullopt;
    }
    const auto read = left_.first(count);
    left_ = left_.subspan(count);
    return read;
  }

  /// A TLS vector whose length is one byte, and one whose length is two (RFC 8446 section 3.4).
  [[nodiscard]] std::optional<Bytes> vector8() { return vector(u8()); }
  [[nodiscard]] std::optional<Bytes> vector16() { return vector(u16()); }

 private:
  template <class Length>
  std::optional<Bytes> vector(std::optional<Length> length) {
    if (!length) return std::nullopt;
    return bytes(*length);
  }

  Bytes left_;
};

}  // namespace shirgate
