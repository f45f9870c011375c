// What an unlisted host reminds of: the first thing a person wants to know about it.
#pragma once

#include <span>
#include <string>

#include "policy/adf/catalogue.hpp"
#include "policy/rule.hpp"

namespace shirgate {

struct Resemblance {
  std::string phrase{};                    ///< one phrase; empty for a stranger
  const adf::CatalogueRow* row = nullptr;  ///< the documented need it looks like; belongs to the catalogue
  std::string setting{};    ///< lines for a [[runtime]] of the row's cloud that list this host; empty where none do
  bool look_alike = false;  ///< contains a listed or documented name without being below it
};

/// Knows: another name in a channel that Microsoft documents, a neighbour under a listed suffix, a name that contains a
/// listed one without being below it (a look-alike), and suffixes for rent. A hint for people; nothing is decided by
/// it.
[[nodiscard]] Resemblance resemblance(const adf::Catalogue& catalogue, const Host& host, std::span<const Rule> rules);

}  // namespace shirgate
