// Boolean expressions over inputs, as tests/corpus/adf_conditions.toml has them.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace shirgate::test {

/// An input's value without quotes; flags are "true" or "false".
using InputValues = std::map<std::string, std::string, std::less<>>;

/// The value of a boolean expression over those inputs:
///   either = both { "||" both }     one   = "!" one | "(" either ")" | "true" | "false" | name | name "==" text
///   both   = one { "&&" one }               | name "!=" text, where text stands in single quotes
/// Throws std::runtime_error for what is no such expression and for an input that is not there.
[[nodiscard]] bool holds(std::string_view expression, const InputValues& inputs);

}  // namespace shirgate::test
