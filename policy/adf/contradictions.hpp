// What cannot all be true of one factory, in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/adf/catalogue.hpp"
#include "policy/adf/factory.hpp"

namespace shirgate::adf {

/// Whose spelling of the inputs the words use.
enum class Spelling : std::uint8_t { catalogue, configuration };

struct Contradiction {
  std::string_view input;  ///< the input to complain at, in the catalogue's spelling
  std::string text;        ///< what is wrong and what to write instead
};

/// Everything that makes the inputs meaningless together: what is missing, what nothing would use, what no document
/// describes. A factory without contradictions derives.
[[nodiscard]] std::vector<Contradiction> contradictions(const Catalogue& catalogue, const Factory& factory,
                                                        Spelling spelling);

}  // namespace shirgate::adf
