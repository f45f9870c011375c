// [[sink]]: where the audit log is shipped to.
#pragma once

#include "config/settings.hpp"
#include "config/table_reader.hpp"

namespace shirgate {

/// Reads every [[sink]] into `settings.sinks`. A key that the kind of sink has no use for is a mistake, and so is a
/// secret in the file. Values that are librdkafka's to judge are judged when the gate starts.
void load_sinks(TableReader& file, Settings& settings);

}  // namespace shirgate
