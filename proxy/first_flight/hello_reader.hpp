// Finds the one ClientHello a TLS client opens with, in bytes that arrive in any pieces. What it promises: the outcome
// depends on the bytes alone, never on how TCP cut them; a refusal comes as soon as the field that proves it is there;
// it uses no memory but its own. It checks the framing only: what the hello says is hello.hpp's business, whether that
// may pass is judge_hello.hpp's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "policy/reason.hpp"

namespace shirgate {

/// The largest ClientHello read, its 4-byte handshake header included. Real ones, post-quantum too, are under 2 KiB.
inline constexpr std::size_t max_hello_bytes = 16 * 1024;
/// The most TLS records it may be spread over. Real clients use one to three.
inline constexpr unsigned max_hello_records = 64;

enum class HelloProgress : std::uint8_t { more, done };

///  16 03 01 LL LL | 01 NN NN NN ...body... | 16 03 03 LL LL | ...body | 14 03 03 ...
///  `- record -----' `- handshake header      `- next record           `- after the hello: not ours (0-RTT, for one)
///
///  not_tls          the first record is not a handshake record of major version 3
///  hello_malformed  a later record is not; a record is empty or over 2^14; the message is no ClientHello; its last
///                   record holds more than its end (RFC 8446 section 5.1)
///  hello_too_large  it announces more than max_hello_bytes, or is not whole after max_hello_records
class HelloReader {
 public:
  // User-provided, so that making a reader does not write 16 KiB of zeros: only bytes that were fed are ever read.
  HelloReader() {}
  HelloReader(const HelloReader&) = delete;
  HelloReader& operator=(const HelloReader&) = delete;

  /// Takes the next bytes of the stream. Once the answer is `done` or a Reason it stays that, and later bytes are not
  /// looked at.
  [[nodiscard]] Result<HelloProgress> feed(std::span<const std::uint8_t> bytes);

  /// Forgets the hello, to read the next one of the same connection. What body() gave is gone, and so are views into
  /// it.
  void begin_again();

  /// How many bytes of all that were fed belong to the flight: on `done`, up to the end of the hello's last record, the
  /// rest is the tunnel's; on a Reason, up to and with the byte that proved it.
  [[nodiscard]] std::size_t flight_bytes() const { return flight_bytes_; }

  /// The ClientHello without its handshake header, for parse_hello. Whole once feed() has said `done`, empty before.
  [[nodiscard]] std::span<const std::uint8_t> body() const;

 private:
  static constexpr std::size_t record_header_bytes = 5;
  static constexpr std::size_t message_header_bytes = 4;

  [[nodiscard]] bool decided() const { return outcome_.has_error() || *outcome_ == HelloProgress::done; }
  void refuse(Reason reason) { outcome_ = reason; }
  void take_record_header(std::uint8_t byte);
  void open_record();
  [[nodiscard]] std::size_t take_payload(std::span<const std::uint8_t> bytes);
  void read_message_header();

  Result<HelloProgress> outcome_ = HelloProgress::more;
  std::size_t flight_bytes_ = 0;
  unsigned records_ = 0;           ///< whose headers were read
  std::size_t record_left_ = 0;    ///< payload of the current record still to come
  std::size_t header_bytes_ = 0;   ///< of the next record's header, in header_
  std::size_t message_bytes_ = 0;  ///< of the handshake message, in message_
  std::size_t announced_ = 0;      ///< the message's size once its header was read, at least 4; before that 0
  std::array<std::uint8_t, record_header_bytes> header_{};
  std::array<std::uint8_t, max_hello_bytes> message_;
};

}  // namespace shirgate
