// The first flight of SQL: who may hear what before TLS begins (MS-TDS 2.2.6.5).
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

///  client                        gate                              server
///    | PRELOGIN ------------------> held, read                        |
///    |                              rebuilt PRELOGIN ---------------> |
///    |                              held, read, judged <--- answer    |
///    | <------------------- answer                                    |
///    | TLS in 0x12 packets -------> held until the hello is whole     |
///
/// Ends like reading a TLS hello: `allowed` with session.hello_reader whole and session.received() what the upstream
/// gets next, or the reason to cut. A client that begins with TLS (TDS 8) is read as TLS. Without an agreement on
/// encryption to the end nothing of the client's own bytes goes up.
[[nodiscard]] Awaitable<Reason> read_tds_hello(Session& session, SteadyTime deadline);

}  // namespace shirgate
