// A certificate and the key that goes with it: what a TLS server shows and proves.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "certs/openssl_ptr.hpp"

namespace shirgate {

/// Copies share the same certificate and key, which nobody changes once they are made.
struct Identity {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
};

[[nodiscard]] std::string certificate_pem(const Identity& identity);

/// The private key, unencrypted. For the key file of a lab server; never for a log.
[[nodiscard]] std::string key_pem(const Identity& identity);

/// Writes both files for servers that are not ours (openssl s_server, node, …); the key readable by its owner only.
/// Throws std::runtime_error naming the file that could not be written.
void write_identity(const Identity& identity, const std::filesystem::path& certificate_path,
                    const std::filesystem::path& key_path);

/// A name in RFC 2253 form, escaped as below; nothing if it holds what can't be printed.
[[nodiscard]] std::optional<std::string> printed(const X509_NAME& name);

/// "CN=kv1.vault.azure.net,O=…" in RFC 2253 form. Everything but printable ASCII is escaped, so a hostile certificate
/// may be quoted in a log.
[[nodiscard]] std::string subject_of(const X509& certificate);
[[nodiscard]] std::string issuer_of(const X509& certificate);

}  // namespace shirgate
