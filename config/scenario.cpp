#include "config/scenario.hpp"

namespace shirgate::lab {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::unused: return "unused";
    case Outcome::works: return "works";
    case Outcome::degraded: return "degraded";
    case Outcome::blocked: return "blocked";
  }
  return "blocked";
}

const std::vector<std::string_view>& walkable_channels() {
  static const std::vector<std::string_view> channels{"control", "relay",    "update",   "setup",
                                                      "staged",  "identity", "keyvault", "data-sql"};
  return channels;
}

}  // namespace shirgate::lab
