// What the audit log is told about a session.
#pragma once

#include "audit/event.hpp"
#include "proxy/relay/handover.hpp"
#include "proxy/session/session.hpp"

namespace shirgate {

/// The event with everything the session knows so far. A view: the session must outlive it.
[[nodiscard]] Event event_about(const Session& session, Action action);

/// The plain values that go with the tunnel into the relay.
[[nodiscard]] TunnelFacts facts_of(const Session& session);

}  // namespace shirgate
