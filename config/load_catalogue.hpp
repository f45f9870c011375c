// catalogue.toml to a Catalogue, or every mistake with its line. Nothing in it is guessed: an unknown key, an unknown
// fact or an example that derives something else refuses the whole file.
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "config/load.hpp"
#include "policy/adf/catalogue.hpp"

namespace shirgate {

using CataloguePtr = std::shared_ptr<const adf::Catalogue>;

/// The catalogue compiled into this program; read once.
[[nodiscard]] const CataloguePtr& builtin_catalogue();

/// `file` only names the text in mistakes.
[[nodiscard]] boost::system::result<CataloguePtr, Mistakes> parse_catalogue(std::string_view text,
                                                                            std::string_view file);

/// A newer catalogue than the compiled-in one. Its bytes must have the SHA-256 `sha256` (64 hexadecimal digits), so
/// that what was reviewed is what is used, and its version must not be older than the compiled-in one's.
[[nodiscard]] boost::system::result<CataloguePtr, Mistakes> load_catalogue(const std::string& path,
                                                                           std::string_view sha256);

/// Inputs in the catalogue's own spelling, as its examples have them.
[[nodiscard]] boost::system::result<adf::Factory, Mistakes> load_inputs(std::string_view text, std::string_view file,
                                                                        const adf::Catalogue& catalogue);

}  // namespace shirgate
