// Step 7: the first bytes of the tunnel decide whether it may live.
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

/// Holds everything the client sends after the 200 until its ClientHello is whole and names the CONNECT host. Not one
/// byte goes upstream before that. On `allowed` the `checked` event has been written and session.received() is what the
/// upstream gets first.
/// On a rule for SQL the client's PRELOGIN comes first: see tds_flight.hpp.
[[nodiscard]] Awaitable<Reason> check_first_flight(Session& session);

/// Reads until the hello of a client that begins with TLS is whole: `allowed`, or why it never will be.
[[nodiscard]] Awaitable<Reason> read_tls_hello(Session& session, SteadyTime deadline);

/// Waits for more bytes of the client: `allowed` once session.received() has grown.
[[nodiscard]] Awaitable<Reason> receive_more(Session& session, SteadyTime deadline);

}  // namespace shirgate
