// Writes TDS packets and PRELOGINs, right and wrong ones, for the tests to read back.
#pragma once

#include <optional>

#include "hello_builder.hpp"

namespace shirgate::test {

struct TdsHeader {
  std::uint8_t type = 0x12;
  std::uint8_t status = 1;
  std::optional<std::size_t> length;  ///< else the true one
};

inline Octets tds_packet(const Octets& payload, const TdsHeader& header = {}) {
  return Octets{header.type, header.status} + u16(header.length.value_or(payload.size() + 8)) + Octets{0, 0, 1, 0} +
         payload;
}

/// The payload as one message, in packets of at most this much of it.
inline Octets in_packets_of(std::size_t size, const Octets& payload, std::uint8_t type = 0x12) {
  Octets all;
  for (std::size_t at = 0; at < payload.size(); at += size) {
    const auto end = std::min(payload.size(), at + size);
    const std::uint8_t last = end == payload.size() ? 1 : 0;
    all = all + tds_packet(Octets(payload.begin() + static_cast<std::ptrdiff_t>(at),
                                  payload.begin() + static_cast<std::ptrdiff_t>(end)),
                           {.type = type, .status = last});
  }
  return all;
}

/// The TLS bytes in a run of TDS packets, each with 8 bytes of header whose third and fourth are its length.
inline Octets unwrap_tds(const Octets& bytes) {
  Octets inner;
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    const auto end = at + (static_cast<std::size_t>(bytes[at + 2]) << 8 | bytes[at + 3]);
    if (end < at + 8 || end > bytes.size()) break;
    inner.insert(inner.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at + 8),
                 bytes.begin() + static_cast<std::ptrdiff_t>(end));
    at = end;
  }
  return inner;
}

struct OptionParts {
  std::uint8_t token = 0;
  Octets data;
  std::optional<std::size_t> offset;  ///< else where the data really is
  std::optional<std::size_t> length;  ///< else the data's
};

/// Options the way real clients lay them out: the table, then the data without gaps.
inline Octets prelogin_payload(const std::vector<OptionParts>& options, const Octets& terminator = {0xff}) {
  Octets table;
  Octets data;
  const auto data_at = options.size() * 5 + terminator.size();
  for (const auto& option : options) {
    table = table + u8(option.token) + u16(option.offset.value_or(data_at + data.size())) +
            u16(option.length.value_or(option.data.size()));
    data = data + option.data;
  }
  return table + terminator + data;
}

inline OptionParts version_option() { return {0, {0x11, 0, 0, 1, 0, 0}}; }
inline OptionParts encryption_option(std::uint8_t value) { return {1, {value}}; }

/// What the corpus's own client sends: POS-015 with this encryption.
inline Octets good_prelogin(std::uint8_t encryption = 1) {
  return prelogin_payload(
      {version_option(), encryption_option(encryption), {2, {0}}, {3, {0, 0, 0x12, 0x34}}, {4, {0}}});
}

}  // namespace shirgate::test
