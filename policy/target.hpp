// The one canonical destination. Everything after the parser (policy, DNS, dial, SNI comparison, audit) sees this value
// and never the client's text, because every egress bypass on record starts with two readings of one spelling.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/reason.hpp"

namespace shirgate {

/// A DNS name as the gate accepts it: lower case, LDH labels of 1-63 bytes (RFC 1123), at most 253 bytes, no trailing
/// dot, a last label that is not a number. Equal hosts compare equal.
class Host {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] friend bool operator==(const Host&, const Host&) = default;
  [[nodiscard]] friend auto operator<=>(const Host&, const Host&) = default;

 private:
  friend Result<Host> parse_host(std::string_view text);
  explicit Host(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// Reads a host name. Odd spellings are refused, never repaired: a trailing dot, brackets, '%', '_', NUL and non-ASCII
/// are `bad_host`; a well-formed IPv4 or bracketed IPv6 address is `ip_literal_not_listed`.
[[nodiscard]] Result<Host> parse_host(std::string_view text);

/// True if parse_host() reads the text. Allocates nothing, like the next one.
[[nodiscard]] bool is_host(std::string_view text);

/// True if parse_host() reads the text as this host.
[[nodiscard]] bool is_spelling_of(const Host& host, std::string_view text);

/// "Api.Vault.azure.net:443"
///  |                 | |
///  |                 | `- port        443: 1-65535, no sign, no leading zero
///  |                 `--- separator   the only ':' outside brackets
///  `--------------------- host        lower-cased
struct Target {
  Host host;
  std::uint16_t port;

  [[nodiscard]] friend bool operator==(const Target&, const Target&) = default;
};

/// Reads the authority form of RFC 9110 section 7.1 as CONNECT sends it. Both parts are required.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

/// "host:port", such that parse_target(to_string(t)) == t.
[[nodiscard]] std::string to_string(const Target& target);

/// A port written in 1 to 5 digits, 1-65535, without sign, space or leading zero.
[[nodiscard]] Result<std::uint16_t> parse_port(std::string_view text);

}  // namespace shirgate
