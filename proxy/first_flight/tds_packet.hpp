// The packets that carry TDS until TLS has taken over (MS-TDS 2.2.3), out of bytes that arrive in any pieces. Only the
// frame: what is inside is tds_prelogin.hpp's business, or tds_tls.hpp's.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace shirgate {

enum class TdsPacketType : std::uint8_t { response = 0x04, login = 0x10, prelogin = 0x12 };

inline constexpr std::size_t tds_header_bytes = 8;

enum class TdsFault : std::uint8_t {
  malformed,  ///< not what belongs here, or not to be read in one way only
  too_large,  ///< more bytes are announced than will be read
};

/// A T, or what is wrong with the TDS bytes.
template <class T>
using TdsResult = boost::system::result<T, TdsFault>;

///  12 01 00 2f 00 00 01 00 | payload
///  |  |  |     |     |  `- window: any value, as receivers pass over it; so are the next two
///  |  |  |     |     `---- packet id
///  |  |  |     `---------- SPID
///  |  |  `---------------- length, the header with it; an empty packet is malformed
///  |  `------------------- status: 0, or 1 on the last packet of a message; nothing else comes this early
///  `---------------------- type
class TdsPacketReader {
 public:
  struct Step {
    std::size_t taken = 0;                  ///< from the front of the bytes, at least one
    std::span<const std::uint8_t> payload;  ///< which of them are a packet's inside: all, or none
  };

  /// `limit_bytes` is for all packets together, headers and all.
  TdsPacketReader(TdsPacketType type, std::size_t limit_bytes) : type_(type), limit_bytes_(limit_bytes) {}

  /// Takes one byte of a header, or what is there of a payload. A fault is said at the byte that proves it; after one
  /// the reader is of no more use. `bytes` must not be empty.
  [[nodiscard]] TdsResult<Step> take(std::span<const std::uint8_t> bytes);

  /// Between packets: before the first, or behind the last byte of one.
  [[nodiscard]] bool at_packet_end() const { return payload_left_ == 0 && in_header_ == 0; }
  /// Behind the last byte of a message's last packet.
  [[nodiscard]] bool at_message_end() const { return at_packet_end() && packets_ != 0 && header_[1] == last_packet; }
  /// Packets whose headers were read.
  [[nodiscard]] unsigned packets() const { return packets_; }
  /// Of the bytes taken, those that were header.
  [[nodiscard]] std::size_t header_bytes() const { return packets_ * tds_header_bytes + in_header_; }

 private:
  static constexpr std::uint8_t last_packet = 1;

  [[nodiscard]] bool fits(std::uint8_t byte) const;
  [[nodiscard]] std::size_t length() const { return static_cast<std::size_t>(header_[2]) << 8 | header_[3]; }

  TdsPacketType type_;
  std::size_t limit_bytes_;
  std::size_t announced_bytes_ = 0;  ///< by all headers so far
  std::size_t payload_left_ = 0;     ///< of the current packet
  std::size_t in_header_ = 0;        ///< bytes of the next header that are in header_
  unsigned packets_ = 0;
  std::array<std::uint8_t, tds_header_bytes> header_{};
};

}  // namespace shirgate
