// As much of RFC 6455 as the pretend relay needs: the key's proof, and short frames.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lab/tls_stream.hpp"

namespace shirgate::lab {

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
[[nodiscard]] std::string websocket_accept(std::string_view key);

enum class Opcode : std::uint8_t { text = 1, close = 8, ping = 9, pong = 10 };

struct Frame {
  Opcode opcode;
  std::string payload;
};

/// Clients mask what they send, servers do not.
enum class Masked : std::uint8_t { no, yes };

/// A whole frame; longer payloads than longest_payload are cut. Control frames may have 125 bytes only.
[[nodiscard]] std::string to_text(const Frame& frame, Masked masked);
inline constexpr std::size_t longest_payload = 4096;

/// Nothing when the stream ends or the frame is longer.
[[nodiscard]] std::optional<Frame> read_frame(TlsStream& stream);

}  // namespace shirgate::lab
