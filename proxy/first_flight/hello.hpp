// What a ClientHello says, as far as the gate asks. Reading is strict: every length must add up to the last byte,
// because a hello that two readers understand differently is how a name gets past a filter. Nothing is judged here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/reason.hpp"
#include "policy/target.hpp"
#include "policy/tls_version.hpp"

namespace shirgate {

enum class SniState : std::uint8_t { absent, malformed, named };

/// The most bytes of an unreadable name that are kept.
inline constexpr std::size_t max_raw_sni_bytes = 256;

/// The server_name extension (RFC 6066 section 3). `named` means exactly one host_name, and one that parse_host takes.
struct Sni {
  SniState state = SniState::absent;
  std::optional<Host> host;  ///< when named, and only then
  /// When malformed: the name, or the whole extension where no single name can be made out. Any bytes at all, cut to
  /// max_raw_sni_bytes. For the audit, which escapes it.
  std::string raw;
  std::size_t raw_bytes = 0;  ///< how long it really was
};

struct Hello {
  TlsVersion legacy_version{};       ///< major version 3, or the hello would not have been read
  std::vector<TlsVersion> versions;  ///< offered: supported_versions in its order, else what legacy_version stands for
  std::optional<TlsVersion> max_version;  ///< the highest offered that has a name here; none if none has
  Sni sni;
  std::vector<std::string> alpn;  ///< in the client's order; any bytes at all
  bool ech = false;               ///< encrypted_client_hello or its forerunner ESNI is there, grease or real
};

/// Reads the body of one ClientHello (RFC 8446 section 4.1.2; TLS 1.2 and older have the same shape), GREASE (RFC 8701)
/// left out. The only error is `hello_malformed`; a server_name nobody can read is a fact of the hello, not an error,
/// but two such extensions are an error like any extension that comes twice.
[[nodiscard]] Result<Hello> parse_hello(std::span<const std::uint8_t> body);

}  // namespace shirgate
