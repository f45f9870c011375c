#include "policy/target.hpp"

#include <algorithm>

#include "policy/address.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_host_bytes = 253;
constexpr std::size_t max_label_bytes = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > max_label_bytes) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

/// Resolvers read a name whose last label is a number as an address (WHATWG URL, "ends in a number"): octal, hex and
/// shortened IPv4 all end that way, so none of them may pass as a name.
bool is_number(std::string_view label) {
  if (label.starts_with("0x") || label.starts_with("0X")) {
    label.remove_prefix(2);
    return std::all_of(label.begin(), label.end(), is_hex);
  }
  return std::all_of(label.begin(), label.end(), is_digit);
}

/// A well-formed IPv4 address, or an IPv6 address in brackets.
bool is_address(std::string_view text) {
  const bool bracketed = text.size() >= 4 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  return (text.find(':') != std::string_view::npos) == bracketed && parse_address(text).has_value();
}

}  // namespace

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > max_host_bytes) return false;
  std::string_view rest = text;
  for (;;) {
    const auto dot = rest.find('.');
    const auto label = rest.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return !is_number(label);
    rest.remove_prefix(dot + 1);
  }
}

Result<Host> parse_host(std::string_view text) {
  // No address is a host: an IPv4 address ends in a number, an IPv6 address has colons.
  if (!is_host(text)) return is_address(text) ? Reason::ip_literal_not_listed : Reason::bad_host;
  std::string canonical(text);
  std::transform(canonical.begin(), canonical.end(), canonical.begin(), lower);
  return Host(std::move(canonical));
}

bool is_spelling_of(const Host& host, std::string_view text) {
  return std::equal(text.begin(), text.end(), host.text().begin(), host.text().end(),
                    [](char sent, char canonical) { return lower(sent) == canonical; });
}

Result<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0') return Reason::bad_port;
  unsigned value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return Reason::bad_port;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > 65535) return Reason::bad_port;
  return static_cast<std::uint16_t>(value);
}

Result<Target> parse_target(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return Reason::bad_authority;
  std::size_t colon = std::string_view::npos;
  if (text.starts_with('[')) {
    const auto bracket = text.rfind(']');
    if (bracket == std::string_view::npos) return Reason::bad_host;
    const auto after = text.substr(bracket + 1);
    if (after.empty()) return Reason::bad_port;
    if (after.front() != ':') return Reason::bad_authority;
    if (after.find(':', 1) != std::string_view::npos) return Reason::bad_authority;
    colon = bracket + 1;
  } else {
    colon = text.find(':');
    if (colon == std::string_view::npos) return parse_host(text).has_error() ? Reason::bad_host : Reason::bad_port;
    if (text.find(':', colon + 1) != std::string_view::npos) {
      return parse_address(text.substr(0, text.rfind(':'))) ? Reason::bad_host : Reason::bad_authority;
    }
  }
  auto host = parse_host(text.substr(0, colon));
  // An address is a policy matter, but only when the rest of the request makes sense.
  if (host.has_error() && host.error() != Reason::ip_literal_not_listed) return host.error();
  const auto port = parse_port(text.substr(colon + 1));
  if (port.has_error()) return port.error();
  if (host.has_error()) return host.error();
  return Target{*std::move(host), *port};
}

std::string to_string(const Target& target) { return target.host.text() + ':' + std::to_string(target.port); }

}  // namespace shirgate
