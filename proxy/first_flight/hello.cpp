#include "proxy/first_flight/hello.hpp"

#include <algorithm>
#include <bitset>
#include <string_view>

#include "proxy/first_flight/cursor.hpp"

namespace shirgate {
namespace {

using Bytes = Cursor::Bytes;

// Extension numbers from the IANA registry; ESNI never got past drafts.
constexpr std::uint16_t server_name = 0;
constexpr std::uint16_t application_layer_protocol_negotiation = 16;
constexpr std::uint16_t supported_versions = 43;
constexpr std::uint16_t encrypted_client_hello = 0xfe0d;
constexpr std::uint16_t encrypted_server_name = 0xffce;

constexpr std::uint8_t host_name_type = 0;
constexpr std::size_t random_bytes = 32;
constexpr std::size_t max_session_id_bytes = 32;

/// One bit for each extension number, because a search through those seen so far would be quadratic in hostile hands:
/// 16 KiB hold four thousand extensions.
using SeenExtensions = std::bitset<65536>;

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// 0x0a0a, 0x1a1a ... 0xfafa: sent to be ignored (RFC 8701 section 2).
bool is_grease(std::uint16_t value) { return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff); }

/// The name, if the extension holds one host_name and not a byte else (RFC 6066 section 3). With two names, readers
/// that take the first and readers that take the last would differ; other name types have no agreed shape to step over.
std::optional<Bytes> only_host_name(Bytes extension) {
  Cursor outer(extension);
  const auto list = outer.vector16();
  if (!list || !outer.at_end()) return std::nullopt;
  Cursor entry(*list);
  const auto type = entry.u8();
  const auto name = entry.vector16();
  if (!type || *type != host_name_type || !name || !entry.at_end()) return std::nullopt;
  return name;
}

Sni read_sni(Bytes extension) {
  const auto name = only_host_name(extension);
  if (name) {
    if (auto host = parse_host(as_text(*name))) return {SniState::named, *std::move(host), {}, 0};
  }
  const auto raw = as_text(name ? *name : extension);
  return {SniState::malformed, std::nullopt, std::string(raw.substr(0, max_raw_sni_bytes)), raw.size()};
}

/// RFC 7301 section 3.1. False if malformed.
bool read_alpn(Bytes extension, std::vector<std::string>& alpn) {
  Cursor outer(extension);
  const auto list = outer.vector16();
  if (!list || list->empty() || !outer.at_end()) return false;
  for (Cursor names(*list); !names.at_end();) {
    const auto name = names.vector8();
    if (!name || name->empty()) return false;
    if (name->size() == 2 && is_grease(static_cast<std::uint16_t>((*name)[0] << 8 | (*name)[1]))) continue;
    alpn.emplace_back(as_text(*name));
  }
  return true;
}

/// RFC 8446 section 4.2.1. False if malformed.
bool read_versions(Bytes extension, std::vector<TlsVersion>& versions) {
  Cursor outer(extension);
  const auto list = outer.vector8();
  if (!list || list->empty() || !outer.at_end()) return false;
  for (Cursor offers(*list); !offers.at_end();) {
    const auto version = offers.u16();
    if (!version) return false;
    if (!is_grease(*version)) versions.push_back(TlsVersion{*version});
  }
  return true;
}

bool read_extension(std::uint16_t type, Bytes extension, Hello& hello) {
  switch (type) {
    case server_name: hello.sni = read_sni(extension); return true;
    case application_layer_protocol_negotiation: return read_alpn(extension, hello.alpn);
    case supported_versions: return read_versions(extension, hello.versions);
    case encrypted_client_hello:
    case encrypted_server_name: hello.ech = true; return true;
    default: return true;
  }
}

/// Reads what follows the compression methods, to the end of the hello. False if malformed.
bool read_extensions(Cursor& rest, Hello& hello, SeenExtensions& seen) {
  if (rest.at_end()) return true;  // hellos from before TLS 1.2 may end here
  const auto block = rest.vector16();
  if (!block || !rest.at_end()) return false;
  for (Cursor extensions(*block); !extensions.at_end();) {
    const auto type = extensions.u16();
    const auto extension = extensions.vector16();
    if (!type || !extension || seen.test(*type)) return false;
    seen.set(*type);
    if (!read_extension(*type, *extension, hello)) return false;
  }
  return true;
}

/// The highest version that has a name. A number nobody knows must not count: a server passes over it and takes the
/// next one, so "TLS 1.0 and 0x7f7f" is an offer of TLS 1.0.
std::optional<TlsVersion> highest_known(const std::vector<TlsVersion>& versions) {
  std::optional<TlsVersion> highest;
  for (const auto version : versions) {
    if (version < TlsVersion::ssl3_0 || version > TlsVersion::tls1_3) continue;
    if (!highest || *highest < version) highest = version;
  }
  return highest;
}

}  // namespace

Result<Hello> parse_hello(std::span<const std::uint8_t> body) {
  Cursor cursor(body);
  const auto legacy_version = cursor.u16();
  const auto random = cursor.bytes(random_bytes);
  const auto session_id = cursor.vector8();
  const auto cipher_suites = cursor.vector16();
  const auto compression_methods = cursor.vector8();
  if (!legacy_version || !random || !session_id || !cipher_suites || !compression_methods) {
    return Reason::hello_malformed;
  }
  if (*legacy_version >> 8 != 3 || session_id->size() > max_session_id_bytes) return Reason::hello_malformed;
  if (cipher_suites->empty() || cipher_suites->size() % 2 != 0) return Reason::hello_malformed;
  if (compression_methods->empty()) return Reason::hello_malformed;

  Hello hello;
  hello.legacy_version = TlsVersion{*legacy_version};
  SeenExtensions seen;
  if (!read_extensions(cursor, hello, seen)) return Reason::hello_malformed;
  // Without supported_versions nothing above TLS 1.2 is on offer, whatever legacy_version says (RFC 8446
  // section 4.2.1).
  if (!seen.test(supported_versions)) hello.versions = {std::min(hello.legacy_version, TlsVersion::tls1_2)};
  hello.max_version = highest_known(hello.versions);
  return hello;
}

}  // namespace shirgate
