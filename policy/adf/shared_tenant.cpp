#include "policy/adf/shared_tenant.hpp"

#include <algorithm>

#include "policy/public_suffix.hpp"

namespace shirgate::adf {

bool is_at_or_under(std::string_view name, std::string_view suffix) {
  return name == suffix ||
         (name.size() > suffix.size() && name.ends_with(suffix) && name[name.size() - suffix.size() - 1] == '.');
}

std::string shared_tenant_suffix_of(const Catalogue& catalogue, const HostPattern& pattern) {
  if (pattern.shape() != HostPattern::Shape::any_below) return {};
  // Either the wildcard lies under the suffix, or it is so broad that the suffix lies under it.
  const auto& suffixes = catalogue.shared_tenant_suffixes;
  const auto found = std::find_if(suffixes.begin(), suffixes.end(), [&](std::string_view suffix) {
    return is_at_or_under(pattern.name(), suffix) || is_at_or_under(suffix, pattern.name());
  });
  return found == suffixes.end() ? rented_suffix_of(pattern.name()) : *found;
}

std::string platform_suffix_of(const Catalogue& catalogue, const HostPattern& pattern) {
  if (pattern.shape() != HostPattern::Shape::any_below) return {};
  const auto& suffixes = catalogue.platform_suffixes;
  const auto found = std::find_if(suffixes.begin(), suffixes.end(),
                                  [&](std::string_view suffix) { return is_at_or_under(suffix, pattern.name()); });
  return found == suffixes.end() ? std::string() : *found;
}

}  // namespace shirgate::adf
