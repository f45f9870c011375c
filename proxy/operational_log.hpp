// What the gate tells its operator about itself: start, reload, stop, trouble. Not the audit log, and never a client's
// bytes. The one place that knows the logging library.
#pragma once

#include <string_view>

namespace shirgate::operational_log {

/// To standard error, with time and level. Any thread.
void info(std::string_view text);
void warning(std::string_view text);
void error(std::string_view text);

}  // namespace shirgate::operational_log
