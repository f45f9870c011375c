// The compiled-in catalogue's text with something changed.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/adf/catalogue.hpp"

namespace shirgate::test {

/// The first `from` becomes `to`; throws where there is none, or the change would be none.
inline std::string catalogue_with(std::string_view from, std::string_view to,
                                  std::string text = std::string(adf::builtin_catalogue_text())) {
  const auto at = text.find(from);
  if (at == std::string::npos || from == to) throw std::runtime_error(fmt::format("nothing to change: {}", from));
  return text.replace(at, from.size(), to);
}

inline std::string catalogue_of_version(std::string_view version) {
  return catalogue_with("version = \"2026-11-21\"", fmt::format("version = \"{}\"", version));
}

/// One line for each key of a [[row]]; "key=value" in `changes` replaces the line or, without a value, takes it away.
inline std::string row_text(std::initializer_list<std::pair<std::string_view, std::string_view>> changes) {
  std::vector<std::pair<std::string_view, std::string_view>> lines{{"id", "\"new-row\""},
                                                                   {"channel", "\"setup\""},
                                                                   {"pattern", "\"new.contoso.example\""},
                                                                   {"ports", "[443]"},
                                                                   {"transport", "\"tls-connect\""},
                                                                   {"cloud", "\"all\""},
                                                                   {"needs", "[\"setup\"]"},
                                                                   {"requirement", "\"optional\""},
                                                                   {"private_link", "\"public\""},
                                                                   {"purpose", "\"a newer need\""},
                                                                   {"confidence", "\"documented\""},
                                                                   {"sources", "[\"S1\"]"}};
  for (const auto& change : changes) {
    std::erase_if(lines, [&](const auto& line) { return line.first == change.first; });
    if (!change.second.empty()) lines.push_back(change);
  }
  std::string text = "\n[[row]]\n";
  for (const auto& [key, value] : lines) text += fmt::format("{} = {}\n", key, value);
  return text;
}

}  // namespace shirgate::test
