// The ends a session can come to before the relay has it.
#pragma once

#include <string_view>

#include "proxy/session/session.hpp"

namespace shirgate {

/// Before the 200: one `denied` or `failed` event and an HTTP answer with the reason.
Awaitable<void> refuse(Session& session, Reason reason);

/// After the 200: one `close` event and, where the client speaks TLS, an alert that names the cause.
Awaitable<void> cut(Session& session, Reason reason);

}  // namespace shirgate
