// [[forward]] and [[transparent]]: the doors beside [gate] listen.
#pragma once

#include "config/load.hpp"
#include "config/table_reader.hpp"

namespace shirgate {

/// Reads every [[forward]] and [[transparent]] into `config.settings.ingresses`. Settings and policy must have been
/// read: a door that leads to nothing the policy lists, or that meets another one, is a mistake.
void load_ingresses(TableReader& file, Config& config);

/// Can a client inside `range` open a connection to `listener` and arrive with an address of that range?
[[nodiscard]] bool can_reach(const AddressRange& range, const Address& listener);

}  // namespace shirgate
