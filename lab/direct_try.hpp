// How the pretend node tries to do without the gate, as everything does that knows no proxy.
#pragma once

#include "lab/strays.hpp"

namespace shirgate::lab {

/// Connects, and hangs up. Bounded: two seconds.
[[nodiscard]] DirectTry connect_directly(std::string name, const Endpoint& to);

/// Asks the name server for a name of nobody's. Bounded: two seconds.
[[nodiscard]] DirectTry ask_directly(const Endpoint& name_server);

}  // namespace shirgate::lab
