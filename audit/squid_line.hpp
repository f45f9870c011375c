// An event as analysers of proxy logs know it: a line of Squid's native access.log.
#pragma once

#include <string>

#include "audit/log_line.hpp"

namespace shirgate {

/// "TIME.ms elapsed client TCP_TUNNEL/200 bytes CONNECT host:port - HIER_DIRECT/ip -" with a line end, for an event
/// that ends a request: `close`, `denied` (TCP_DENIED and the status the client heard) and `failed`. Empty for others.
/// Bytes are those the client received. Merged refusals are one line. What could end a field or a line is written %XX.
[[nodiscard]] std::string squid_line(const LogLine& event);

}  // namespace shirgate
