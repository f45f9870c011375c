#include "config/load_catalogue.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "certs/digest.hpp"
#include "config/check_catalogue.hpp"
#include "config/parse_toml.hpp"
#include "config/read_catalogue.hpp"
#include "config/read_file.hpp"
#include "config/read_inputs.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_catalogue_bytes = std::size_t{1} << 20;

CataloguePtr parse_builtin() {
  auto parsed = parse_catalogue(adf::builtin_catalogue_text(), "the built-in catalogue");
  // Compiled in and tested: a program whose catalogue can't be read must not decide anything.
  if (parsed.has_error()) throw std::logic_error(to_string(parsed.error().front()));
  return *std::move(parsed);
}

}  // namespace

const CataloguePtr& builtin_catalogue() {
  static const CataloguePtr catalogue = parse_builtin();
  return catalogue;
}

boost::system::result<CataloguePtr, Mistakes> parse_catalogue(std::string_view text, std::string_view file_name) {
  MistakeList mistakes(file_name);
  const auto root = parse_toml(text, mistakes);
  if (!root) return mistakes.take();
  TableReader file(*root, "the catalogue", mistakes);
  auto catalogue = std::make_shared<const adf::Catalogue>(read_catalogue(file));
  if (!mistakes.empty()) return mistakes.take();
  return catalogue;
}

boost::system::result<CataloguePtr, Mistakes> load_catalogue(const std::string& path, std::string_view sha256_hex) {
  const auto text = read_trusted_file(path, max_catalogue_bytes);
  if (text.has_error()) return Mistakes{{path, 0, text.error().text()}};
  if (const auto found = to_hex(sha256(*text)); found != sha256_hex)
    return Mistakes{{path, 0,
                     fmt::format("its SHA-256 is {}, the configuration expects {}; review what changed, then write the "
                                 "new value",
                                 found, sha256_hex)}};
  auto catalogue = parse_catalogue(*text, path);
  if (catalogue.has_value() && (*catalogue)->version < builtin_catalogue()->version)
    return Mistakes{{path, 0,
                     fmt::format("its version {} is older than the compiled-in {}; remove it from the configuration",
                                 (*catalogue)->version, builtin_catalogue()->version)}};
  if (catalogue.has_value())
    if (const auto removed = removed_suffixes(*builtin_catalogue(), **catalogue); !removed.empty())
      return Mistakes{{path, 0,
                       fmt::format("it removes '{}' from the suffixes that need a ticket; a newer catalogue may add to "
                                   "them only",
                                   removed.front())}};
  return catalogue;
}

boost::system::result<adf::Factory, Mistakes> load_inputs(std::string_view text, std::string_view file_name,
                                                          const adf::Catalogue& catalogue) {
  MistakeList mistakes(file_name);
  const auto root = parse_toml(text, mistakes);
  if (!root) return mistakes.take();
  TableReader inputs(*root, "inputs:", mistakes);
  auto factory = read_inputs(inputs, catalogue);
  if (!mistakes.empty()) return mistakes.take();
  return factory;
}

}  // namespace shirgate
