// JSON as it may be shown anywhere: printable ASCII.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace shirgate {

/// On one line, without line end. Whatever is not printable ASCII, and what HTML would take for its own, is escaped.
[[nodiscard]] std::string json_text(const boost::json::value& value);

}  // namespace shirgate
