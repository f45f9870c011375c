// A server of the pretend Azure behind which a real one does the work.
#pragma once

#include "config/settings.hpp"
#include "lab/pretend_service.hpp"

namespace shirgate::lab {

/// Puts each request, as it came, to the HTTP server there, on a connection of its own, and gives back the answer as it
/// came. 502 with the reason where there is none.
[[nodiscard]] Service pass_on_to(const Endpoint& server);

}  // namespace shirgate::lab
