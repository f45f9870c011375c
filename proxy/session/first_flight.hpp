// Step 7: the first bytes of the tunnel decide whether it may live.
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

/// Holds everything the client sends after the 200 until its ClientHello is whole and names the CONNECT host. Not one
/// byte goes upstream before that. On `allowed` the `checked` event has been written and session.received() is what the
/// upstream gets first.
[[nodiscard]] Awaitable<Reason> check_first_flight(Session& session);

}  // namespace shirgate
