#include "config/doh_resolvers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "policy/adf/shared_tenant.hpp"

namespace shirgate {
namespace {

/// With everything below them: most have hosts for filtered answers there.
constexpr auto resolvers = std::to_array<std::string_view>({"adguard-dns.com",
                                                            "cloudflare-dns.com",
                                                            "controld.com",
                                                            "dns.adguard.com",
                                                            "dns.alidns.com",
                                                            "dns.google",
                                                            "dns.mullvad.net",
                                                            "dns.nextdns.io",
                                                            "dns.quad9.net",
                                                            "dns0.eu",
                                                            "dns10.quad9.net",
                                                            "dns11.quad9.net",
                                                            "dns9.quad9.net",
                                                            "doh.applied-privacy.net",
                                                            "doh.cleanbrowsing.org",
                                                            "doh.dns.sb",
                                                            "doh.familyshield.opendns.com",
                                                            "doh.libredns.gr",
                                                            "doh.opendns.com",
                                                            "doh.pub",
                                                            "doh.xfinity.com",
                                                            "one.one.one.one",
                                                            "ordns.he.net"});

}  // namespace

bool opens_doh_resolver(const HostPattern& pattern) {
  return std::any_of(resolvers.begin(), resolvers.end(), [&](std::string_view resolver) {
    const bool reaches_it = pattern.is_wildcard() && adf::is_at_or_under(resolver, pattern.name());
    return reaches_it || adf::is_at_or_under(pattern.name(), resolver);
  });
}

}  // namespace shirgate
