// The first flight of SQL: who may hear what before TLS begins (MS-TDS 2.2.6.5).
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

///  client                        gate                              server
///    | PRELOGIN ------------------> held, read: read_offer            |
///    |                              rebuilt PRELOGIN ---------------> |
///    |                              held, read, judged <--- answer    |   agree_on_encryption
///    | <------------------- answer                                    |
///    | TLS in 0x12 packets -------> held until the hello is whole     |
///
/// Where only TLS can say which server is meant, the gate answers itself (answer_offer), reads the hello, and the
/// server's answer must then fit the one given. Without an agreement on encryption to the end nothing of the client's
/// own bytes goes up.

/// The client's PRELOGIN, whole, into session.offer.
[[nodiscard]] Awaitable<Reason> read_offer(Session& session, SteadyTime deadline);

/// The gate answers the offer and reads the hello, of which nothing is judged yet. Not for offers that only the real
/// server can answer.
[[nodiscard]] Awaitable<Reason> answer_offer(Session& session, SteadyTime deadline);

/// Offer and answer go round; then the hello is read and judged, unless answer_offer() has read it before.
[[nodiscard]] Awaitable<Reason> agree_on_encryption(Session& session);

}  // namespace shirgate
