// From what passed to the configuration that lets exactly that pass.
#pragma once

#include <string>

#include "audit/passed.hpp"
#include "policy/adf/catalogue.hpp"

namespace shirgate {

/// A configuration: each runtime with its clients and what its control host says of the factory, and an [[allow]] with
/// the exact hosts of each channel. What Microsoft does not document, what anybody can rent a name in and what passed
/// only because nobody looked closer stands there as a comment, with the reason, until somebody puts a ticket to it.
[[nodiscard]] std::string learned_text(const Passed& passed, const adf::Catalogue& catalogue);

}  // namespace shirgate
