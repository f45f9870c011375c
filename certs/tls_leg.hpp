// One end of a TLS connection without a socket: ciphertext goes in with feed() and comes out with pull(), plaintext
// with read() and write(). Whoever owns the socket moves the bytes, so the same code serves a blocking test, an event
// loop, and a test that feeds one byte at a time.
//
//            feed()  .--------.  read()
//     peer ========> |        | ========>  application
//          <======== | TlsLeg | <========
//            pull()  '--------'  write()
//
// What a peer does wrong is a value (failed(), failure()), never an exception. Nothing grows without bound: feed() and
// write() say how much they took, and take no more while a queue is full.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "certs/tls_context.hpp"

namespace shirgate {

enum class Handshake : std::uint8_t { more, done, failed };

class TlsLeg {
 public:
  /// A client that asks for this name and accepts only a certificate for it. An IP address is checked against the
  /// certificate's addresses and, as RFC 6066 wants, not sent as SNI.
  [[nodiscard]] static TlsLeg client(const TlsClientContext& context, std::string_view server_name);

  /// A client that asks for one name, or none, and accepts a certificate for another: for hostile tests. The
  /// certificate is always checked, so `verified_name` may not be empty. Names OpenSSL won't take throw
  /// std::invalid_argument.
  [[nodiscard]] static TlsLeg client(const TlsClientContext& context, const std::optional<std::string>& sni,
                                     std::string_view verified_name);

  [[nodiscard]] static TlsLeg server(const TlsServerContext& context);

  TlsLeg(TlsLeg&&) noexcept;
  TlsLeg& operator=(TlsLeg&&) noexcept;
  ~TlsLeg();

  /// Takes bytes that came from the peer and says how many it took: less than given when the input queue is full, in
  /// which case handshake() or read() makes room. After failure or the peer's close_notify all are taken and dropped.
  [[nodiscard]] std::size_t feed(std::span<const std::uint8_t> ciphertext);

  /// Appends everything that is to be sent to the peer, and says how much that was. Worth calling after every other
  /// call, and once more after failure: the alert that tells the peer is in there.
  std::size_t pull(std::vector<std::uint8_t>& ciphertext);
  [[nodiscard]] std::size_t pending_out() const;

  /// Goes as far as the bytes fed so far allow. A client's first call makes its hello.
  Handshake handshake();

  /// Plaintext from the peer; 0 when there is none now (see peer_closed() and failed()) or the handshake is not done.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> plaintext);

  /// Says how many bytes it took: less than given while the output queue is full, and none before the handshake is
  /// done, after shutdown() or after failure.
  [[nodiscard]] std::size_t write(std::span<const std::uint8_t> plaintext);
  [[nodiscard]] std::size_t write(std::string_view plaintext);

  /// Queues a close_notify: nothing more will be written, reading goes on. Does nothing before the handshake is done.
  void shutdown();

  /// True once the peer's close_notify was read. A socket that ends without one was cut, and its data may be
  /// incomplete.
  [[nodiscard]] bool peer_closed() const;

  [[nodiscard]] bool failed() const;
  /// Why it failed, one line; empty as long as it has not.
  [[nodiscard]] const std::string& failure() const;

  /// Description (RFC 8446 section 6) of the last alert in that direction; a close_notify is not counted.
  [[nodiscard]] std::optional<int> received_alert() const;
  [[nodiscard]] std::optional<int> sent_alert() const;

  /// The SNI: as a server what the client sent, as a client what we send; empty if none. Unchecked text from the peer.
  [[nodiscard]] std::string server_name() const;

  /// "TLSv1.3"; empty before the handshake is done, like the rest below.
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string alpn() const;
  [[nodiscard]] std::string peer_subject() const;
  [[nodiscard]] std::string peer_issuer() const;

  /// Room for some whole records (at most 16 KiB + 261 bytes each) per direction.
  static constexpr std::size_t queue_limit_bytes = 65536;

 private:
  struct State;

  explicit TlsLeg(const std::shared_ptr<SSL_CTX>& context);

  /// Sorts what OpenSSL just answered: want more, peer closed, or broken for good.
  void settle(int status);
  void fail(std::string_view during);

  std::unique_ptr<State> state_;
};

}  // namespace shirgate
