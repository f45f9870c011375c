// [gate], [audit], [dns] and [lab]: how the gate behaves.
#pragma once

#include "config/settings.hpp"
#include "config/table_reader.hpp"

namespace shirgate {

/// Fills the settings by the settings table and checks what one row alone can't say.
[[nodiscard]] Settings load_settings(TableReader& file);

}  // namespace shirgate
