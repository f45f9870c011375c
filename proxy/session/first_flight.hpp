// What the client says first decides whether the tunnel may live: read it, judge it, pass it on.
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

///  CONNECT                       forward, transparent
///    200                           read_opening        a ClientHello, or SQL's PRELOGIN; nobody has been asked or
///    read_opening                  judge_opening       dialled yet
///    judge_opening                 ... policy, DNS, dial, audit
///    pass_opening_on               pass_opening_on
///
/// Each ends in `allowed` or in the reason to cut. Only client bytes that passed every check before them go up.

/// Reads on until what the client opens with is whole; session.opening says what it is. Where SQL is spoken it may be
/// either.
[[nodiscard]] Awaitable<Reason> read_opening(Session& session, Protocol spoken, SteadyTime deadline);

/// The ClientHello in session.hello_reader against the host that was asked for and the rule that decided. Nothing to
/// judge yet in a PRELOGIN.
[[nodiscard]] Reason judge_opening(Session& session);

/// From there to the relay: SQL's agreement on encryption and the hello behind it, the hello itself, the server's
/// answer, a second hello if the server asks for one, and the `checked` event.
[[nodiscard]] Awaitable<Reason> pass_opening_on(Session& session);

// ---- for the parts of it

/// When a flight that begins now has to be whole, whichever side's it is.
[[nodiscard]] SteadyTime flight_deadline(const Session& session);

/// Reads more of the client's bytes into session.received().
[[nodiscard]] Awaitable<Reason> receive_more(Session& session, SteadyTime deadline);

/// The same, while what the server says goes down to the client.
[[nodiscard]] Awaitable<Reason> receive_while_server_speaks(Session& session, SteadyTime deadline);

/// Parses and judges the hello that session.hello_reader holds whole.
[[nodiscard]] Reason judge_hello_of(Session& session);

}  // namespace shirgate
