// How a session ends that does not come to the relay.
#pragma once

#include <string_view>

#include "proxy/session/session.hpp"

namespace shirgate {

/// Leaves one terminal event: `close` where there was an `open`, else `denied` or `failed`. Tells the client in what it
/// understands: an HTTP answer with the reason before the 200, an alert that names the cause where it has begun TLS.
Awaitable<void> dismiss(Session& session, Reason reason);

}  // namespace shirgate
