// Ways to bring bytes to a ServerFlightReader, what came of them in a form that compares, and answers made by hand.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "hello_builder.hpp"
#include "proxy/first_flight/server_flight.hpp"

namespace shirgate::test {

inline const char* name_of(ServerOpening opening) {
  switch (opening) {
    case ServerOpening::undecided: return "undecided";
    case ServerOpening::server_hello: return "server_hello";
    case ServerOpening::hello_retry: return "hello_retry";
    case ServerOpening::alert: return "alert";
    case ServerOpening::not_handshake: return "not_handshake";
    case ServerOpening::unreadable: return "unreadable";
  }
  return "?";
}

struct ServerOutcome {
  std::string opening;
  bool wants_more = true;
  std::size_t read_bytes = 0;
  std::optional<TlsVersion> version;
  LeafCertificate leaf_certificate = LeafCertificate::absent;
  Octets leaf;

  [[nodiscard]] friend bool operator==(const ServerOutcome&, const ServerOutcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const ServerOutcome& outcome) {
    return out << outcome.opening << (outcome.wants_more ? ", wants more" : ", over") << " after " << outcome.read_bytes
               << " bytes, version " << static_cast<int>(outcome.version.value_or(TlsVersion{})) << ", leaf of "
               << outcome.leaf.size();
  }
};

/// Each piece is fed from its own exact copy, which is gone when the next one comes.
class ServerFeeding {
 public:
  ServerFeeding& feed(OctetSpan piece) {
    reader_.feed(ExactCopy(piece).span());
    return *this;
  }

  [[nodiscard]] ServerOutcome outcome() const {
    const auto leaf = reader_.leaf();
    return {name_of(reader_.opening()), reader_.wants_more(),       reader_.read_bytes(),
            reader_.version(),          reader_.leaf_certificate(), Octets(leaf.begin(), leaf.end())};
  }

 private:
  ServerFlightReader reader_;
};

inline ServerOutcome server_fed_whole(OctetSpan bytes) { return ServerFeeding().feed(bytes).outcome(); }

inline ServerOutcome server_fed_in_two(OctetSpan bytes, std::size_t cut) {
  return ServerFeeding().feed(bytes.first(cut)).feed(bytes.subspan(cut)).outcome();
}

inline ServerOutcome server_fed_in_pieces_of(std::size_t size, OctetSpan bytes) {
  ServerFeeding feeding;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(size, bytes.size()))) {
    feeding.feed(bytes.first(std::min(size, bytes.size())));
  }
  return feeding.outcome();
}

inline const Octets retry_random{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

inline Octets server_message(std::uint8_t type, const Octets& body) { return u8(type) + u24(body.size()) + body; }

/// The parts of one ServerHello; a test changes the part it is about.
struct ServerHelloParts {
  Octets legacy_version = {3, 3};
  Octets random = Octets(32, 0x77);
  Octets session_id = vector8(Octets(32, 0x11));
  Octets cipher_and_compression = {0x13, 0x01, 0};
  std::optional<Octets> extensions = extension(43, {3, 4}) + extension(51, u16(29) + vector16(Octets(32, 9)));
  Octets after_extensions;

  [[nodiscard]] Octets message() const {
    return server_message(2, legacy_version + random + session_id + cipher_and_compression +
                                 (extensions ? vector16(*extensions) : Octets{}) + after_extensions);
  }
};

inline Octets tls13_hello() { return ServerHelloParts{}.message(); }
inline Octets retry_request() {
  ServerHelloParts parts;
  parts.random = retry_random;
  return parts.message();
}
inline Octets tls12_hello() {
  ServerHelloParts parts;
  parts.extensions = extension(0xff01, {0});
  return parts.message();
}

inline Octets vector24(const Octets& bytes) { return u24(bytes.size()) + bytes; }
/// Certificate of TLS 1.2, with this leaf and an issuer behind it.
inline Octets certificate_message(const Octets& leaf) {
  return server_message(11, vector24(vector24(leaf) + vector24(Octets(700, 0x30))));
}

}  // namespace shirgate::test
