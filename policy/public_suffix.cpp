#include "policy/public_suffix.hpp"

#include <libpsl.h>

namespace shirgate {

bool is_registry_suffix(const std::string& name) {
  return psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ICANN) != 0;
}

std::string rented_suffix_of(const std::string& name) {
  const char* suffix = psl_unregistrable_domain(psl_builtin(), name.c_str());
  if (suffix == nullptr || psl_is_public_suffix2(psl_builtin(), suffix, PSL_TYPE_ICANN) != 0) return {};
  return suffix;
}

}  // namespace shirgate
