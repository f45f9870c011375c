// A server of the pretend Azure behind which a real one does the work.
#pragma once

#include "config/settings.hpp"
#include "lab/blocking_socket.hpp"
#include "lab/pretend_service.hpp"
#include "policy/checked.hpp"

namespace shirgate::lab {

/// Puts a request to the HTTP server there, on a connection of its own, and gives back the answer as it came. The
/// complaint is why there is none by the deadline, or none that can be handed on: it was cut, it is in chunks, which
/// HTTP/1.0 does not know, or its body has more than max_body_bytes.
[[nodiscard]] Checked<HttpMessage> ask_server(const Endpoint& server, const HttpMessage& request,
                                              BlockingSocket::Clock::time_point deadline);

/// Puts each request, as it came, to that server. 502 with the reason where there is no answer within 30 seconds; 501
/// where the request itself is in chunks.
[[nodiscard]] Service pass_on_to(const Endpoint& server);

}  // namespace shirgate::lab
