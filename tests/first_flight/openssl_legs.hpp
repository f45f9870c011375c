// What real peers say: the flights of OpenSSL clients and servers, in memory.
#pragma once

#include "certs/tls_context.hpp"
#include "exact_copy.hpp"

namespace shirgate::test {

/// How far two peers got, and what was on the wire in each direction.
struct Flights {
  Octets hello;         ///< the client's first flight
  Octets answer;        ///< all the server has to say to it
  Octets second;        ///< what the client sends then
  bool agreed = false;  ///< the handshake succeeds when it is carried on
};

/// A handshake for "kv1.vault.azure.net" between a client and a server with these settings.
[[nodiscard]] Flights flights_between(const TlsSettings& client, const TlsSettings& server);

/// A second connection, which resumes the session of a first. With early data where that is TLS 1.3, and then the
/// server refuses it by asking for another group.
[[nodiscard]] Flights resumed_flights(TlsVersion version);

/// The leaf the server of these flights shows, DER.
[[nodiscard]] Octets shown_leaf();

}  // namespace shirgate::test
