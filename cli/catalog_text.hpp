// The requirement catalogue for people at a terminal.
#pragma once

#include <string>

#include "policy/adf/catalogue.hpp"

namespace shirgate {

/// Every row, one table for each channel with the documents behind it, then every document. No wider than `width` where
/// that can be.
[[nodiscard]] std::string catalogue_as_text(const adf::Catalogue& catalogue, std::size_t width);

}  // namespace shirgate
