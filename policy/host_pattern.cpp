#include "policy/host_pattern.hpp"

#include <fmt/format.h>

#include "policy/public_suffix.hpp"

namespace shirgate {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view relay_gateway_suffix(const Host& host) {
  const std::string_view text = host.text();
  const auto label = text.substr(0, text.find('.'));
  if (label.size() == text.size() || !label.starts_with('g') || !label.ends_with("-sb")) return {};
  const std::size_t digits = label.starts_with("gv") ? 2 : 1;
  auto end = digits;
  while (end < label.size() && is_digit(label[end])) ++end;
  const bool numbered = end > digits && end - digits <= 3;
  // Something must stand between the number and "-sb".
  if (!numbered || label[end] != '-' || label.size() < end + sizeof("-x-sb") - 1) return {};
  return text.substr(label.size() + 1);
}

std::string HostPattern::text() const {
  switch (shape_) {
    case Shape::exact: return name();
    case Shape::any_below: return "*." + name();
    case Shape::relay_gateway_below: return "g{n}-*-sb." + name();
  }
  return name();
}

bool HostPattern::matches(const Host& host) const {
  const std::string& asked = host.text();
  if (shape_ == Shape::exact) return asked == name();
  if (shape_ == Shape::relay_gateway_below) return relay_gateway_suffix(host) == name();
  // The dot before the suffix must be there with at least one label in front of it: a look-alike has no dot.
  return asked.size() > name().size() + 1 && asked.ends_with(name()) && asked[asked.size() - name().size() - 1] == '.';
}

HostPattern relay_gateways_below(const HostPattern& wildcard) {
  return {wildcard.name_, HostPattern::Shape::relay_gateway_below};
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
  if (wildcard && is_registry_suffix(host->text()))
    return complain(
        fmt::format("'{}' would allow everything anybody registers there; name a suffix of your own", text));
  return HostPattern(*std::move(host), wildcard ? HostPattern::Shape::any_below : HostPattern::Shape::exact);
}

}  // namespace shirgate
