// What the pretend Azure answers: small, but shaped like the real exchanges, so that a tunnel carries what a tunnel to
// Azure carries.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "lab/http_message.hpp"

namespace shirgate::lab {

/// The account that is staged in.
inline constexpr std::string_view staging_account = "contosostage";
/// "contosostage.blob.core.windows.net".
[[nodiscard]] std::string blob_host(std::string_view account);

/// How long Azure Relay lets a listener be quiet; the real one much longer.
inline constexpr std::chrono::milliseconds relay_quiet{50};

/// Answers one request; called from several threads at once. After an answer 101 the connection speaks WebSocket.
using Service = std::function<HttpMessage(const HttpMessage& request)>;
/// What follows the 101.
using WebSocketService = std::function<void(TlsStream& stream, const HttpMessage& upgrade)>;
/// All that a server does once TLS stands; notes each request.
using Talk = std::function<void(TlsStream& stream, std::vector<std::string>& requests)>;

/// HTTP, one request after the other. Without `websocket` pings are answered until the goodbye.
[[nodiscard]] Talk http_talk(Service service, WebSocketService websocket = nullptr);

/// Registration, heartbeat, the list of jobs and self-contained interactive authoring, as JSON.
[[nodiscard]] Service control_service();
/// Upgrades to a WebSocket, as Azure Relay does for a listener.
[[nodiscard]] Service relay_service();
/// Tells a listener that somebody waits at `rendezvous`, and has the listener list a table there; see "Hybrid
/// Connections protocol" in docs/adf-requirements.md. A listener who says nothing for `quiet` is pinged, and again once
/// the pong has come: so the line is never quiet for long.
[[nodiscard]] WebSocketService relay_websocket(std::string rendezvous, std::chrono::milliseconds quiet = relay_quiet);
/// The installer: installer_bytes long, whole or the ranges that are asked for.
[[nodiscard]] Service update_service();
/// A short link that leads to the installer on another host.
[[nodiscard]] Service short_link_service(std::string host);
/// A storage account: blobs whole or in blocks, and ranges of them.
[[nodiscard]] Service staging_service();
/// Tells that a secret exists and is enabled. Has no secret to give away.
[[nodiscard]] Service key_vault_service();
/// The same, for those only who bring a token of token_service().
[[nodiscard]] Service guarded_key_vault_service();
/// Hands out tokens.
[[nodiscard]] Service token_service();
/// Answers 200 to everything: whoever gets here should be counted, not helped.
[[nodiscard]] Service stranger_service();

inline constexpr std::size_t installer_bytes = std::size_t{8} << 20;
inline constexpr std::string_view installer_path = "/download/E/4/7/IntegrationRuntime.msi";
inline constexpr std::string_view pretend_token = "a-token-of-the-lab";
/// The header in which the storage account and the download state what they hold or send.
inline constexpr std::string_view sha256_field = "x-lab-sha256";

/// As many bytes as asked for, always the same for one seed, and not compressible.
[[nodiscard]] std::string pretend_bytes(std::size_t count, std::uint64_t seed);

}  // namespace shirgate::lab
