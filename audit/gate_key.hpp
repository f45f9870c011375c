// The key that signs one gate's log, in the log's directory.
#pragma once

#include <string>

#include "certs/signing_key.hpp"

namespace shirgate {

/// Sixteen hexadecimal digits that stand in every line of the gate's log.
[[nodiscard]] std::string gate_id(const PublicKey& key);

/// key.pem, and beside it key.pub for everybody. Made where there is no log yet; a log whose key is missing is a
/// complaint, as no other key can go on with it.
[[nodiscard]] Checked<SigningKey> gate_key(const std::string& directory);

}  // namespace shirgate
