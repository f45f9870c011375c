// TLS over a BlockingSocket, for either end. Keeps trouble like the socket below it.
#pragma once

#include "certs/tls_leg.hpp"
#include "lab/blocking_socket.hpp"
#include "proxy/first_flight/tds_packet.hpp"

namespace shirgate::lab {

/// Does the handshake travel in TDS packets? What follows it does not.
enum class InPackets : std::uint8_t { no, yes };

class TlsStream {
 public:
  /// The socket must outlive the stream.
  TlsStream(BlockingSocket& socket, TlsLeg leg, InPackets in_packets = InPackets::no)
      : socket_(socket),
        leg_(std::move(leg)),
        packs_(in_packets == InPackets::yes),
        unpacks_(in_packets == InPackets::yes) {}

  bool handshake();
  bool write_all(std::string_view plaintext);
  /// Reads up to and including `end`; empty when it does not come within `limit` bytes.
  [[nodiscard]] std::string read_through(std::string_view end, std::size_t limit);
  /// As many bytes as come, at most `count`.
  [[nodiscard]] std::string read_up_to(std::size_t count);
  /// Whether nothing comes for so long, not even the end. What came before and has not been read is not nothing.
  [[nodiscard]] bool stays_quiet(std::chrono::milliseconds how_long);
  /// Says goodbye, then reads until the peer has done so too.
  void finish();

  [[nodiscard]] const TlsLeg& leg() const { return leg_; }
  /// Bytes on the wire.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  /// Why it does not go on; empty as long as it does.
  [[nodiscard]] std::string trouble() const;
  /// For what reads the plaintext: keeps its complaint as trouble.
  void give_up(std::string_view why);

 private:
  static constexpr std::size_t longest_handshake_bytes = 65536;

  bool flush();
  [[nodiscard]] bool feed(std::span<const std::uint8_t> ciphertext);
  [[nodiscard]] bool unpack(std::span<const std::uint8_t> packets);
  [[nodiscard]] bool feed_more();
  [[nodiscard]] std::size_t take_record();
  [[nodiscard]] bool read_more();

  BlockingSocket& socket_;
  TlsLeg leg_;
  bool packs_;    ///< what it sends
  bool unpacks_;  ///< what it receives
  TdsPacketReader packets_{TdsPacketType::prelogin, longest_handshake_bytes};
  std::string plaintext_;  ///< read and not yet asked for
  std::vector<std::uint8_t> out_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::string trouble_;
};

}  // namespace shirgate::lab
