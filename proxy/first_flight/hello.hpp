// What a ClientHello says, as far as the gate asks. Reading is strict: every length must add up to the last byte,
// because a hello that two readers understand differently is how a name gets past a filter. Nothing is judged here and
// nothing is copied: a Hello is views into the body it was read from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "policy/reason.hpp"
#include "policy/tls_version.hpp"
#include "proxy/first_flight/tls_list.hpp"

namespace shirgate {

enum class SniState : std::uint8_t { absent, malformed, named };

/// The most bytes of an unreadable name that are shown.
inline constexpr std::size_t max_raw_sni_bytes = 256;

/// The server_name extension (RFC 6066 section 3). `named` means exactly one host_name, and one that is_host() takes.
struct Sni {
  SniState state = SniState::absent;
  /// When named: the name as it was sent, in any letter case. When malformed: the name, or the whole extension where no
  /// single name can be made out; any bytes at all, cut to max_raw_sni_bytes. For the audit, which escapes it.
  std::string_view text;
  std::size_t sent_bytes = 0;  ///< how long the text really was
};

/// Lists are in the client's order, with GREASE (RFC 8701) left out. The body it was read from must outlive it.
struct Hello {
  TlsVersion legacy_version{};            ///< major version 3, or the hello would not have been read
  TlsList<TlsVersion> versions;           ///< offered: supported_versions, else the one legacy_version stands for
  std::optional<TlsVersion> max_version;  ///< the highest offered that has a name here; none if none has
  Sni sni;
  TlsList<std::string_view> alpn;  ///< any bytes at all
  TlsList<std::uint16_t> cipher_suites;
  TlsList<std::uint16_t> groups;  ///< supported_groups
  TlsList<KeyShare> key_shares;
  TlsList<std::uint16_t> signature_algorithms;
  TlsList<Extension> extensions;  ///< all, those above too; none comes twice
  bool ech = false;               ///< encrypted_client_hello or its forerunner ESNI is there, grease or real
  bool early_data = false;        ///< 0-RTT data may follow at once
  bool pre_shared_key = false;    ///< a session of TLS 1.3 is to be resumed
};

/// Reads the body of one ClientHello (RFC 8446 section 4.1.2; TLS 1.2 and older have the same shape), as HelloReader
/// gives it. The only error is `hello_malformed`; a server_name nobody can read is a fact of the hello, not an error,
/// but two such extensions are an error like any extension that comes twice.
[[nodiscard]] Result<Hello> parse_hello(std::span<const std::uint8_t> body);

}  // namespace shirgate
