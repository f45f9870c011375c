// The tables of a scenario that no configuration has.
#pragma once

#include "config/scenario.hpp"
#include "config/table_reader.hpp"

namespace shirgate::lab {

/// Everything but the configuration and the name. The scenario is only meaningful when no mistake was noted.
void read_scenario(TableReader& file, Scenario& scenario);

}  // namespace shirgate::lab
