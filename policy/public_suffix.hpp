// Where a domain's owner begins, by the Public Suffix List (publicsuffix.org) compiled into libpsl.
#pragma once

#include <string>
#include <string_view>

namespace shirgate {

/// True where names are registered right below: "com", "co.uk". The list's section of registries only.
[[nodiscard]] bool is_registry_suffix(const std::string& name);

/// The suffix at or above `name` under which a company rents names out to anybody ("github.io"), or empty.
[[nodiscard]] std::string rented_suffix_of(const std::string& name);

}  // namespace shirgate
