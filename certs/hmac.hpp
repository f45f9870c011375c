// HMAC with SHA-256 (RFC 2104): how a client of Azure Storage signs what it asks for.
#pragma once

#include <string_view>

#include "certs/digest.hpp"

namespace shirgate {

/// Throws OpensslError.
[[nodiscard]] Sha256Digest hmac_sha256(std::string_view key, std::string_view text);

}  // namespace shirgate
