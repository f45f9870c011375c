// Finds the ClientHello of a TDS 7 client, whose TLS handshake travels inside PRELOGIN packets (MS-TDS 2.2.6.5). A
// HelloReader does the reading; this takes the packets off, holds nothing itself and promises what that promises: the
// outcome depends on the bytes alone, and a refusal comes as soon as the byte that proves it is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/tds_packet.hpp"

namespace shirgate {

/// The most packets a ClientHello may be spread over. Real clients use one; the smallest packets a server can agree to,
/// 512 bytes, would carry 16 KiB in this many.
inline constexpr unsigned max_hello_packets = 32;

///  12 01 00 d3 .. | 16 03 01 LL LL | 01 NN NN NN ... | 12 ..      where a packet ends says nothing about where
///  `- packet        `- TLS record    `- ClientHello     `- next   a record or the hello does
///
///  not_tls          the first packet is not of type PRELOGIN, or does not begin a TLS handshake
///  hello_malformed  a later packet is not; a packet's status or length is none a packet has now; else as HelloReader
///  hello_too_large  it is not whole after max_hello_packets, or they announce more bytes than a hello has; else as
///                   HelloReader
class TdsHelloReader {
 public:
  /// The hello is `hello`'s, fresh when this begins, and its body() the outcome.
  explicit TdsHelloReader(HelloReader& hello) : hello_(hello) {}

  /// Takes the next bytes of the stream, from the first behind the client's PRELOGIN. Once the answer is `done` or a
  /// Reason it stays that, and later bytes are not looked at.
  [[nodiscard]] Result<HelloProgress> feed(std::span<const std::uint8_t> bytes);

  /// How many bytes of all that were fed belong to the flight, as HelloReader::flight_bytes; packet headers count.
  [[nodiscard]] std::size_t flight_bytes() const { return packets_.header_bytes() + hello_.flight_bytes(); }

  /// True if the client sent its login where its TLS belongs: in the clear, credentials and all.
  [[nodiscard]] bool login_in_the_clear() const { return login_in_the_clear_; }

 private:
  /// A hello of the largest size with the headers of its records and packets.
  static constexpr std::size_t limit_bytes =
      max_hello_bytes + max_hello_records * std::size_t{5} + max_hello_packets * tds_header_bytes;

  [[nodiscard]] bool decided() const { return outcome_.has_error() || *outcome_ == HelloProgress::done; }
  void refuse(TdsFault fault, std::uint8_t byte);

  Result<HelloProgress> outcome_ = HelloProgress::more;
  TdsPacketReader packets_{TdsPacketType::prelogin, limit_bytes};
  HelloReader& hello_;
  bool login_in_the_clear_ = false;
};

}  // namespace shirgate
