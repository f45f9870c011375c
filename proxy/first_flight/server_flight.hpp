// What a server answers a ClientHello with, as far as it is said in the clear. One question is the gate's: does the
// hello that was judged stand, or does a HelloRetryRequest have the client send another one, which must be judged too?
// The rest is for the audit. What it promises: the outcome depends on the bytes alone, never on how TCP cut them; each
// fact is there as soon as the byte that proves it; it uses no memory but its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "policy/tls_version.hpp"

namespace shirgate {

enum class ServerOpening : std::uint8_t {
  undecided,      ///< it takes more bytes to know
  server_hello,   ///< the client's hello stands
  hello_retry,    ///< HelloRetryRequest (RFC 8446 section 4.1.4): the client's next flight has another ClientHello
  alert,          ///< the server refuses; nothing the client says is heard any more
  not_handshake,  ///< the first record is of another kind, or is no TLS
  unreadable,     ///< TLS, but what follows from it is not known; to be treated as the worst of them
};

enum class LeafCertificate : std::uint8_t {
  absent,     ///< none was seen: TLS 1.3 encrypts it, a resumed session has none
  whole,      ///< it is in leaf()
  too_large,  ///< over max_leaf_bytes
};

/// The largest certificate kept, DER. Azure's have under 3 KiB.
inline constexpr std::size_t max_leaf_bytes = 8 * 1024;
/// The most bytes of a server that are looked at, record headers included.
inline constexpr std::size_t max_server_flight_bytes = 64 * 1024;

///  16 03 03 LL LL | 02 NN NN NN | 03 03 | random | ...              TLS 1.3: the end of what can be read
///  `- record -----' `- ServerHello        |
///                                         `- cf 21 ad 74 ...: it is a HelloRetryRequest
///  16 03 03 LL LL | 02 ... ServerHello | 0b NN NN NN | list length | leaf length | leaf ...       TLS 1.2 and older
///
/// Ahead of the ServerHello, a few warning alerts and ChangeCipherSpecs are stepped over, as clients do: a reader that
/// ends at one would miss the HelloRetryRequest behind it.
///
///  unreadable       the first handshake message is no ServerHello or not of a length one has; a record is empty or
///  over
///                   2^14 + 256; a record of another kind begins before the random; more than max_server_flight_bytes
class ServerFlightReader {
 public:
  // User-provided, so that making a reader does not write 8 KiB of zeros: only bytes that were fed are ever read.
  ServerFlightReader() {}
  ServerFlightReader(const ServerFlightReader&) = delete;
  ServerFlightReader& operator=(const ServerFlightReader&) = delete;

  /// Takes the next bytes of the stream. An opening that is decided stays what it is; the facts below may still come.
  ServerOpening feed(std::span<const std::uint8_t> bytes);

  [[nodiscard]] ServerOpening opening() const { return opening_; }
  /// False once more bytes would not be looked at.
  [[nodiscard]] bool wants_more() const { return !over_; }
  /// Bytes of all that were fed that were looked at.
  [[nodiscard]] std::size_t read_bytes() const { return read_bytes_; }

  /// What the ServerHello chose; none before it is whole, and none if it can't be read.
  [[nodiscard]] std::optional<TlsVersion> version() const { return version_; }

  [[nodiscard]] LeafCertificate leaf_certificate() const { return leaf_certificate_; }
  /// DER as the server sent it, which may be anything; empty unless it is `whole`.
  [[nodiscard]] std::span<const std::uint8_t> leaf() const;

 private:
  static constexpr std::size_t record_header_bytes = 5;
  static constexpr std::size_t message_header_bytes = 4;
  static constexpr std::size_t leaf_at = message_header_bytes + 6;  ///< behind the lengths of the list and of the leaf

  void end_with(ServerOpening opening);
  void give_up() { end_with(ServerOpening::unreadable); }
  void end() { over_ = true; }

  void take_record_header(std::uint8_t byte);
  [[nodiscard]] bool may_open_with(std::uint8_t record_type) const;
  void open_record();
  void take_interlude(std::uint8_t byte);
  [[nodiscard]] std::size_t take_handshake(std::span<const std::uint8_t> bytes);
  void look_at_server_hello();
  void read_server_hello();
  void look_at_certificate();
  [[nodiscard]] std::size_t u24(std::size_t at) const;

  ServerOpening opening_ = ServerOpening::undecided;
  LeafCertificate leaf_certificate_ = LeafCertificate::absent;
  bool over_ = false;
  bool at_certificate_ = false;  ///< the ServerHello is read, the message behind it is not
  std::optional<TlsVersion> version_;
  std::size_t read_bytes_ = 0;
  unsigned interludes_ = 0;        ///< records stepped over
  std::size_t record_left_ = 0;    ///< payload of the current record still to come
  std::size_t header_bytes_ = 0;   ///< of the next record's header, in header_
  std::size_t message_bytes_ = 0;  ///< of the current handshake message, in message_
  std::size_t wanted_ = 1;         ///< at how many of them the next thing can be told
  std::array<std::uint8_t, record_header_bytes> header_{};
  std::array<std::uint8_t, 2> alert_{};
  std::array<std::uint8_t, leaf_at + max_leaf_bytes> message_;
};

}  // namespace shirgate
