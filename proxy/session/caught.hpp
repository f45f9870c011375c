// Clients that do not know of the gate: a [[forward]] stands in for their server, or a rule on the way sends them here.
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

/// Reads what the client opens with and makes of it, and of the door, the question: session.asked. Nobody has been
/// asked or dialled yet. `allowed`, or the reason to refuse.
///
///   [[forward]] target             the target; the opening is judged by it like a CONNECT's
///   TLS, or TDS 8                  the server the ClientHello names, on the port the client was going to
///   SQL whose TLS comes later      sql_target_required: only the real server can answer; with sql_by_sni the gate
///   answers and
///                                  learns the server from the hello, where the client asks for nothing only that knows
[[nodiscard]] Awaitable<Reason> find_out_target(Session& session);

}  // namespace shirgate
