// The authentication key of a self-hosted integration runtime, read for what it says about the factory. The key is a
// credential: its GUID and its secret are looked at for their form only and are in no result and in no complaint.
#pragma once

#include <string>
#include <string_view>

#include "policy/adf/catalogue.hpp"
#include "policy/checked.hpp"

namespace shirgate::adf {

/// What a key says, checked as the input of the same name is; empty where it does not say.
struct KeyFacts {
  std::string cloud{};          ///< a key that names no host does not tell
  std::string key_form{};       ///< "fqdn" or "legacy"
  std::string factory{};        ///< the workspace, in a key of Synapse
  std::string region{};         ///< of "fqdn" keys
  std::string frontend_code{};  ///< of "legacy" keys that name a host
  std::string host{};           ///< lower-cased
};

/// "IR@<GUID>@Contoso-Prod@ServiceEndpoint=contoso-prod.westeurope.datafactory.azure.net@<secret, base64>"
///     |       |            |
///     |       |            `- the host decides: by the catalogue's control rows it is a factory's or a region's.
///     |       |               Keys without this part are legacy.
///     |       `- in any case of letters; only used where no host says better
///     `- and the secret: never quoted
/// White space, a byte order mark and one pair of quotes around the key are ignored. The text is not kept: whoever
/// holds the buffer wipes it.
[[nodiscard]] Checked<KeyFacts> parse_ir_key(std::string_view text, const Catalogue& catalogue);

}  // namespace shirgate::adf
