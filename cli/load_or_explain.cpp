#include "cli/load_or_explain.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace shirgate {

std::optional<Config> load_or_explain(const std::string& path) {
  auto loaded = load_file(path);
  if (loaded.has_value()) return *std::move(loaded);
  for (const auto& mistake : loaded.error()) fmt::print(stderr, "{}\n", to_string(mistake));
  fmt::print(stderr, "{} mistake{} in {}\n", loaded.error().size(), loaded.error().size() == 1 ? "" : "s", path);
  return std::nullopt;
}

}  // namespace shirgate
