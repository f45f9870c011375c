#include "proxy/gate/fixed_settings.hpp"

#include <fmt/format.h>

namespace shirgate {

std::string fixed_difference(const Settings& now, const Settings& next) {
  for (const auto& row : settings_table()) {
    const auto differs = [&](auto field) { return now.*field != next.*field; };
    if (row.reload == Reload::no && std::visit(differs, row.field)) return fmt::format("[{}] {}", row.section, row.key);
  }
  if (now.ingresses != next.ingresses) return "[[forward]] or [[transparent]]";
  if (now.sinks != next.sinks) return "[[sink]]";
  return {};
}

}  // namespace shirgate
