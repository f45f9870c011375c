// Suffixes where a wildcard reaches strangers.
#pragma once

#include <string>
#include <string_view>

#include "policy/adf/catalogue.hpp"
#include "policy/host_pattern.hpp"

namespace shirgate::adf {

/// True for the suffix itself and for every name below it; a look-alike has no dot before the suffix.
[[nodiscard]] bool is_at_or_under(std::string_view name, std::string_view suffix);

/// The suffix that a wildcard reaches into and under which anybody can register a name: one of the catalogue's, or one
/// of the Public Suffix List's private section (github.io, azurewebsites.net). Empty for an exact host, for the relay's
/// gateways, whose names Azure gives to nobody, and where names are not for rent.
[[nodiscard]] std::string shared_tenant_suffix_of(const Catalogue& catalogue, const HostPattern& pattern);

/// The platform suffix that a wildcard opens as a whole, or empty: too broad for any ticket.
[[nodiscard]] std::string platform_suffix_of(const Catalogue& catalogue, const HostPattern& pattern);

}  // namespace shirgate::adf
