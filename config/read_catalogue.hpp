// The tables of catalogue.toml to values.
#pragma once

#include "config/table_reader.hpp"
#include "policy/adf/catalogue.hpp"

namespace shirgate {

/// The catalogue is only meaningful when no mistake was noted.
[[nodiscard]] adf::Catalogue read_catalogue(TableReader& file);

}  // namespace shirgate
