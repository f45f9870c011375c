// The tables of a configuration to settings and policy: what load() does once the text is TOML, for whoever reads a
// file that holds more than a configuration.
#pragma once

#include "config/table_reader.hpp"

namespace shirgate {

/// Takes the mistakes of the file's list when there are any. Whoever has keys of his own in the file reads them first:
/// what nobody has asked for is refused.
[[nodiscard]] boost::system::result<Config, Mistakes> read_config(TableReader& file, std::string_view file_name,
                                                                  Time now);

}  // namespace shirgate
