// What the pretend SHIR says on each channel once its tunnel stands.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lab/http_message.hpp"
#include "lab/tls_stream.hpp"

namespace shirgate::lab {

/// The whole exchange with `host`; what goes wrong becomes the stream's trouble.
using Conversation = std::function<void(TlsStream& stream, const std::string& host)>;

/// "GET /path" as a request to `host`.
[[nodiscard]] HttpMessage request_to(const std::string& host, std::string_view what);
/// Asks; nothing, with the reason as trouble, where the answer has another status.
[[nodiscard]] std::optional<HttpMessage> ask_for(TlsStream& stream, const HttpMessage& question, int status);
/// Opens a WebSocket; false, with the reason as trouble, where the server does not agree.
[[nodiscard]] bool open_websocket(TlsStream& stream, const std::string& host, std::string_view path);
/// Pings, and answers pings meanwhile, a hundred at most; false, with the reason as trouble, where no pong comes.
[[nodiscard]] bool ping(TlsStream& stream);
/// Says nothing but pongs until so many pings have been answered; false, with the reason as trouble, where they do not
/// come.
[[nodiscard]] bool answer_pings(TlsStream& stream, int count);
/// Says goodbye and waits for the other side's, past a hundred pings at most.
void close_websocket(TlsStream& stream);

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

/// The parts of talk_to_control.
void register_node(TlsStream& stream, const std::string& host);
void send_heartbeat(TlsStream& stream, const std::string& host);

inline constexpr std::size_t staged_bytes = std::size_t{16} << 20;

}  // namespace shirgate::lab
