// What a catalogue must be beyond its grammar: rows that can only make narrow rules, references that lead somewhere,
// examples that come out as they say.
#pragma once

#include "config/table_reader.hpp"
#include "policy/adf/catalogue.hpp"

namespace shirgate {

/// One row against the suffixes of the catalogue it belongs to, which must have been read.
void check_row(TableReader& row, const adf::CatalogueRow& value, const adf::Catalogue& catalogue);

/// The whole, after every table was read.
void check_catalogue(TableReader& file, const adf::Catalogue& catalogue);

/// A newer catalogue may add suffixes that need tickets, never remove one: says what it removes.
[[nodiscard]] std::vector<std::string> removed_suffixes(const adf::Catalogue& from, const adf::Catalogue& to);

}  // namespace shirgate
