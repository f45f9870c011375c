// What the pretend SHIR says on each channel once its tunnel stands.
#pragma once

#include <string>
#include <string_view>

#include "lab/tls_stream.hpp"

namespace shirgate::lab {

/// The whole exchange with `host`; what goes wrong becomes the stream's trouble.
using Conversation = void (*)(TlsStream& stream, const std::string& host);

/// Registers, sends a heartbeat, fetches the jobs.
void talk_to_control(TlsStream& stream, const std::string& host);
/// Opens a WebSocket, pings, says goodbye.
void talk_to_relay(TlsStream& stream, const std::string& host);
/// Downloads the installer and checks its digest.
void talk_to_update(TlsStream& stream, const std::string& host);
/// Uploads a block, downloads it again, compares digests both times.
void talk_to_staging(TlsStream& stream, const std::string& host);
/// Asks for a secret's attributes.
void talk_to_key_vault(TlsStream& stream, const std::string& host);

inline constexpr std::size_t staged_bytes = std::size_t{16} << 20;

}  // namespace shirgate::lab
