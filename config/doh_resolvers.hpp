// Public resolvers that speak DNS over HTTPS. To the gate such a host looks like any other, and behind it every name
// can be asked for, and any data said in the asking: a tunnel of its own, which also hands out the keys of Encrypted
// Client Hello. The list holds those that browsers and systems ship with; it can't be whole.
#pragma once

#include "policy/host_pattern.hpp"

namespace shirgate {

/// True for a resolver's host and for a wildcard that reaches one.
[[nodiscard]] bool opens_doh_resolver(const HostPattern& pattern);

}  // namespace shirgate
