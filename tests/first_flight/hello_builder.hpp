// Writes ClientHellos, right and wrong ones, for the tests to read back.
#pragma once

#include <string_view>
#include <utility>

#include "exact_copy.hpp"

namespace shirgate::test {

inline Octets operator+(Octets left, const Octets& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }
inline Octets u8(std::size_t value) { return {static_cast<std::uint8_t>(value)}; }
inline Octets u16(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
inline Octets u24(std::size_t value) { return u8(value >> 16) + u16(value & 0xffff); }
inline Octets vector8(const Octets& bytes) { return u8(bytes.size()) + bytes; }
inline Octets vector16(const Octets& bytes) { return u16(bytes.size()) + bytes; }

inline Octets extension(std::size_t type, const Octets& body) { return u16(type) + vector16(body); }
inline Octets host_name(std::string_view name) { return u8(0) + vector16(octets(name)); }
inline Octets sni(std::string_view name) { return extension(0, vector16(host_name(name))); }
inline Octets supported_versions(const Octets& list) { return extension(43, vector8(list)); }
inline Octets alpn(const Octets& list) { return extension(16, vector16(list)); }

/// The parts of one ClientHello; a test changes the part it is about.
struct HelloParts {
  Octets legacy_version = {3, 3};
  Octets random = Octets(32, 0x5a);
  Octets session_id = vector8(Octets(32, 0x11));
  Octets cipher_suites = vector16({0x13, 0x01, 0x13, 0x02});
  Octets compression_methods = vector8({0});
  Octets extensions = sni("login.microsoftonline.com") + supported_versions({3, 4, 3, 3});
  Octets after_extensions;

  [[nodiscard]] Octets head() const {
    return legacy_version + random + session_id + cipher_suites + compression_methods;
  }
  [[nodiscard]] Octets body() const { return head() + vector16(extensions) + after_extensions; }
};

inline Octets message(const Octets& body) { return u8(1) + u24(body.size()) + body; }
inline Octets record(const Octets& payload, std::uint8_t type = 22) { return Octets{type, 3, 1} + vector16(payload); }
inline Octets good_hello() { return record(message(HelloParts{}.body())); }

/// The message, in records of at most this many bytes.
inline Octets in_records_of(std::size_t size, const Octets& message) {
  Octets all;
  for (std::size_t at = 0; at < message.size(); at += size) {
    const auto end = std::min(message.size(), at + size);
    all = all + record(Octets(message.begin() + static_cast<std::ptrdiff_t>(at),
                              message.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  return all;
}

/// A message of exactly this size with its header, filled up by a padding extension (RFC 7685).
inline Octets message_of_size(std::size_t size) {
  HelloParts parts;
  const auto without = message(parts.body()).size() + 4;
  parts.extensions = parts.extensions + extension(21, Octets(size - without, 0));
  return message(parts.body());
}

}  // namespace shirgate::test
