// What an unlisted host reminds of: the first thing a person wants to know about it.
#pragma once

#include <span>
#include <string>

#include "policy/rule.hpp"

namespace shirgate {

/// One phrase, or empty. Knows: a name that contains a listed one without being below it (a look-alike), another name
/// in a channel that Microsoft documents, and a neighbour under a listed suffix. A hint for people; nothing is decided
/// by it.
[[nodiscard]] std::string resemblance(const Host& host, std::span<const Rule> rules);

}  // namespace shirgate
