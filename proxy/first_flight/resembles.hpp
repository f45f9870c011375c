// A guess, for the reader of the audit, at what spoke where TLS was expected. Nothing is decided by it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace shirgate {

/// "ssh", "http", "http2", "socks4", "socks5", "smtp", "tds", "postgres", "amqp", or "unknown". One of these words and
/// never the client's bytes, so it may go into a log or a metric label as it is.
[[nodiscard]] std::string_view resembles(std::span<const std::uint8_t> first_bytes);

}  // namespace shirgate
