// What to do when a name resolves to the wrong class of address.
#pragma once

#include <string>
#include <string_view>

#include "policy/adf/catalogue.hpp"
#include "policy/rule.hpp"

namespace shirgate::adf {

/// One or two sentences: where the rule's name must resolve to, the private DNS zone to look at, and what the
/// integration runtime would have said instead, which misleads.
[[nodiscard]] std::string address_advice(const Catalogue& catalogue, const Rule& rule, std::string_view cloud);

}  // namespace shirgate::adf
