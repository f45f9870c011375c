// The judged hello goes up, and the server's answer says whether it was the last word of the client in the clear.
#pragma once

#include "proxy/session/session.hpp"

namespace shirgate {

///  client                     gate                                    server
///    | hello (judged, held) --> ------------------------------------> |
///    |                          <---------------------- first flight  |
///    | <----------------------- as it comes                           |
///    | (unread)                 ServerHello: the tunnel is the relay's
///    |                          HelloRetryRequest:                    |
///    | hello 2 ---------------> held, judged like the first --------> |
///
/// Servers were seen to take another name from hello 2, and a client may send it in the same write as hello 1; so the
/// client is not read until the server's first handshake message is known. Of TLS 1.2 and older the server's
/// certificate is read as well, for the audit; that is given up, and nothing refused, where it does not come.
/// Ends in `allowed`, with what the upstream gets next in session.received(), or in the reason to cut.
[[nodiscard]] Awaitable<Reason> hear_server(Session& session);

}  // namespace shirgate
