// The inputs of a derivation out of a table, in either spelling: the catalogue's own, or that of [[runtime]].
#pragma once

#include "config/table_reader.hpp"
#include "policy/adf/catalogue.hpp"
#include "policy/adf/contradictions.hpp"

namespace shirgate {

/// The catalogue's spelling: one value for each input. Every other key of the table is a mistake, contradictions
/// included.
[[nodiscard]] adf::Factory read_inputs(TableReader& inputs, const adf::Catalogue& catalogue);

/// The keys of [[runtime]], but for the checks that need the whole runtime.
void read_input_keys(TableReader& runtime, const adf::Catalogue& catalogue, adf::Factory& factory);

/// Notes what contradicts itself. `spelling` says how the table spells its keys.
void complain_of_contradictions(TableReader& table, const adf::Catalogue& catalogue, const adf::Factory& factory,
                                adf::Spelling spelling);

}  // namespace shirgate
