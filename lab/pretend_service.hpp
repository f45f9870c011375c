// What the pretend Azure answers: small, but shaped like the real exchanges, so that a tunnel carries what a tunnel to
// Azure carries.
#pragma once

#include <functional>
#include <string>

#include "lab/http_message.hpp"

namespace shirgate::lab {

/// Answers one request; called from several threads at once. After an answer 101 the connection speaks WebSocket.
using Service = std::function<HttpMessage(const HttpMessage& request)>;

/// Registration, heartbeat and the list of jobs, as JSON.
[[nodiscard]] Service control_service();
/// Upgrades to a WebSocket, as Azure Relay does for a listener.
[[nodiscard]] Service relay_service();
/// The installer: installer_bytes long.
[[nodiscard]] Service update_service();
/// A storage account with room for one block: PUT and GET.
[[nodiscard]] Service staging_service();
/// Tells that a secret exists and is enabled. Has no secret to give away.
[[nodiscard]] Service key_vault_service();

inline constexpr std::size_t installer_bytes = std::size_t{8} << 20;
/// The header in which the storage account and the download state what they hold or send.
inline constexpr std::string_view sha256_field = "x-lab-sha256";

/// As many bytes as asked for, always the same for one seed, and not compressible.
[[nodiscard]] std::string pretend_bytes(std::size_t count, std::uint64_t seed);

}  // namespace shirgate::lab
