// May this ClientHello go to the host that was asked for? The one place that says so.
#pragma once

#include <span>
#include <string>

#include "policy/reason.hpp"
#include "policy/target.hpp"
#include "proxy/first_flight/hello.hpp"

namespace shirgate {

struct HelloRules {
  TlsVersion minimum_version = TlsVersion::tls1_2;
  bool ech_allowed = false;   ///< for browsers, which send ECH grease to everyone; no service client does
  bool sni_optional = false;  ///< a hello may name no server; one that is named must still be the right one
  /// The application protocols the rule lets through; empty means all. A client that offers none is let through either
  /// way: many service clients do not use ALPN.
  std::span<const std::string> alpn;
};

/// `allowed`, or the first that applies of: sni_malformed, tls_version_refused, alpn_refused, sni_absent, sni_mismatch,
/// ech_refused. The name must equal `expected`, the host of the CONNECT; that it is some other allowed host does not
/// help.
[[nodiscard]] Reason judge_hello(const Hello& hello, const Host& expected, const HelloRules& rules);

}  // namespace shirgate
