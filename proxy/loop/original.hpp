// Where a connection was going before a NAT rule of this machine turned it to the gate.
#pragma once

#include <optional>

#include "config/endpoint.hpp"

namespace shirgate {

/// What the kernel's connection tracking remembers (SO_ORIGINAL_DST, IP6T_SO_ORIGINAL_DST); nothing where it does not
/// know the connection.
[[nodiscard]] std::optional<Endpoint> original_of_redirected(int fd);

}  // namespace shirgate
