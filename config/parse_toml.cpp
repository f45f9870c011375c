#include "config/parse_toml.hpp"

#include <fmt/format.h>

#include "config/unfit_for_toml.hpp"

namespace shirgate {

std::optional<toml::table> parse_toml(std::string_view text, MistakeList& mistakes) {
  if (const auto fault = unfit_for_toml(text)) {
    mistakes.add(fault->line, std::string(fault->text));
    return std::nullopt;
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    mistakes.add(error.source().begin.line, fmt::format("not TOML: {}", error.description()));
    return std::nullopt;
  }
}

}  // namespace shirgate
