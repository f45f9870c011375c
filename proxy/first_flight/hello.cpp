#include "proxy/first_flight/hello.hpp"

#include <algorithm>
#include <array>

#include "policy/target.hpp"
#include "proxy/first_flight/extension_numbers.hpp"
#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/seen_extensions.hpp"

namespace shirgate {
namespace {

using Bytes = Cursor::Bytes;

constexpr std::uint8_t host_name_type = 0;
constexpr std::size_t random_bytes = 32;
constexpr std::size_t max_session_id_bytes = 32;

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

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
  if (name && is_host(as_text(*name))) return {SniState::named, as_text(*name), name->size()};
  const auto raw = as_text(name ? *name : extension);
  return {SniState::malformed, raw.substr(0, max_raw_sni_bytes), raw.size()};
}

/// Elements that fill their list, which fills the extension. False if malformed; an empty list is.
template <class Element>
bool read_list(std::optional<Bytes> bytes, const Cursor& behind, TlsList<Element>& list) {
  if (!bytes || bytes->empty() || !behind.at_end()) return false;
  const auto read = TlsList<Element>::parse(*bytes);
  if (read) list = *read;
  return read.has_value();
}

/// Behind a length of two bytes, which is how most lists are.
template <class Element>
bool read_list16(Bytes extension, TlsList<Element>& list) {
  Cursor outer(extension);
  const auto bytes = outer.vector16();
  return read_list(bytes, outer, list);
}

/// RFC 8446 section 4.2.1.
bool read_versions(Bytes extension, TlsList<TlsVersion>& versions) {
  Cursor outer(extension);
  const auto bytes = outer.vector8();
  return read_list(bytes, outer, versions);
}

/// A client without a guess at the server's group sends an empty list, to be told (RFC 8446 section 4.2.8).
bool read_key_shares(Bytes extension, TlsList<KeyShare>& shares) {
  constexpr std::array<std::uint8_t, 2> none{0, 0};
  return std::ranges::equal(extension, none) || read_list16(extension, shares);
}

/// False if malformed.
bool read_extension(const Extension& extension, Hello& hello) {
  switch (extension.type) {
    case extension_number::server_name: hello.sni = read_sni(extension.data); return true;
    case extension_number::supported_groups: return read_list16(extension.data, hello.groups);
    case extension_number::signature_algorithms: return read_list16(extension.data, hello.signature_algorithms);
    case extension_number::alpn: return read_list16(extension.data, hello.alpn);
    case extension_number::pre_shared_key: hello.pre_shared_key = true; return true;
    case extension_number::early_data: hello.early_data = true; return extension.data.empty();
    case extension_number::supported_versions: return read_versions(extension.data, hello.versions);
    case extension_number::key_share: return read_key_shares(extension.data, hello.key_shares);
    case extension_number::encrypted_client_hello:
    case extension_number::encrypted_server_name: hello.ech = true; return true;
    default: return true;
  }
}

/// Without supported_versions nothing above TLS 1.2 is on offer, whatever legacy_version says (RFC 8446 section 4.2.1).
TlsList<TlsVersion> stands_for(TlsVersion legacy_version, Bytes its_bytes) {
  static constexpr std::array<std::uint8_t, 2> tls1_2{3, 3};
  return *TlsList<TlsVersion>::parse(legacy_version > TlsVersion::tls1_2 ? Bytes(tls1_2) : its_bytes);
}

/// Reads what follows the compression methods, to the end of the hello. False if malformed.
bool read_extensions(Cursor& rest, Hello& hello) {
  if (rest.at_end()) return true;  // hellos from before TLS 1.2 may end here
  const auto block = rest.vector16();
  if (!block || !rest.at_end()) return false;
  const auto extensions = TlsList<Extension>::parse(*block);
  if (!extensions) return false;
  hello.extensions = *extensions;

  SeenExtensions seen;
  for (Cursor each(*block); const auto extension = TlsElement<Extension>::take(each);) {
    if (!seen.insert(extension->type) || !read_extension(*extension, hello)) return false;
  }
  return true;
}

/// The highest version that has a name. A number nobody knows must not count: a server passes over it and takes the
/// next one, so "TLS 1.0 and 0x7f7f" is an offer of TLS 1.0.
std::optional<TlsVersion> highest_known(const TlsList<TlsVersion>& versions) {
  std::optional<TlsVersion> highest;
  for (const auto version : versions) {
    if (version < TlsVersion::ssl3_0 || version > TlsVersion::tls1_3) continue;
    if (!highest || *highest < version) highest = version;
  }
  return highest;
}

}  // namespace

Result<Hello> parse_hello(std::span<const std::uint8_t> body) {
  if (body.size() > max_hello_bytes) return Reason::hello_malformed;
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
  hello.cipher_suites = *TlsList<std::uint16_t>::parse(*cipher_suites);
  hello.versions = stands_for(hello.legacy_version, body.first(2));
  if (!read_extensions(cursor, hello)) return Reason::hello_malformed;
  hello.max_version = highest_known(hello.versions);
  return hello;
}

}  // namespace shirgate
