#include "policy/host_pattern.hpp"

#include <fmt/format.h>

namespace shirgate {

bool HostPattern::matches(const Host& host) const {
  const std::string& asked = host.text();
  if (!wildcard_) return asked == name();
  // The dot before the suffix must be there with at least one label in front of it: a look-alike has no dot.
  return asked.size() > name().size() + 1 && asked.ends_with(name()) && asked[asked.size() - name().size() - 1] == '.';
}

Checked<HostPattern> parse_pattern(std::string_view text) {
  const bool wildcard = text.starts_with("*.");
  const auto name = wildcard ? text.substr(2) : text;
  if (text == "*") return complain("'*' would allow every host; name the host, or '*.suffix'");
  if (name.find('*') != std::string_view::npos)
    return complain(fmt::format("'{}': a star may only be the whole first label, as in '*.example.com'", text));
  if (text.find("://") != std::string_view::npos)
    return complain(fmt::format("'{}' is a URL; write the host alone", text));
  if (text.find(':') != std::string_view::npos)
    return complain(fmt::format("'{}': write the host without a port; ports have their own key", text));
  if (name.ends_with('.')) return complain(fmt::format("'{}': write the name without the trailing dot", text));
  auto host = parse_host(name);
  if (host.has_error() && host.error() == Reason::ip_literal_not_listed)
    return complain(
        fmt::format("'{}' is an address; rules name hosts, 'addresses' says where they must resolve to", text));
  if (host.has_error())
    return complain(fmt::format("'{}' is not a host name (letters, digits and hyphens, split by dots)", text));
  if (wildcard && name.find('.') == std::string_view::npos)
    return complain(fmt::format("'{}' would allow a whole top-level domain; name a suffix of your own", text));
  return HostPattern(*std::move(host), wildcard);
}

}  // namespace shirgate
