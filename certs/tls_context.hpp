// What a TLS endpoint is before it has a peer: whom it trusts or what it shows, which versions and protocols it speaks.
// Cheap to copy; a TlsLeg keeps alive what it needs. Sessions are never resumed: every handshake is a whole one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "certs/identity.hpp"
#include "certs/lab_authority.hpp"
#include "policy/tls_version.hpp"

namespace shirgate {

struct TlsSettings {
  /// Below TLS 1.2 OpenSSL's security level is lifted too, without which it would offer nothing. For hostile tests.
  TlsVersion lowest = TlsVersion::tls1_2;
  TlsVersion highest = TlsVersion::tls1_3;
  /// ALPN protocols, best first, 1 to 255 bytes each. Empty: a client offers none, a server ignores the offer. A server
  /// with a list refuses a client that offers none of it (alert 120).
  std::vector<std::string> alpn;
  /// Key exchange groups in OpenSSL's spelling, best first: "X25519:P-256". A client guesses the first to be the
  /// server's; a TLS 1.3 server without it asks for another hello. Empty: OpenSSL's own choice.
  std::string groups;
};

/// Constructors throw OpensslError or std::invalid_argument when the settings can't be met.
class TlsServerContext {
 public:
  /// Shows every client the same identity, whatever name it asks for.
  explicit TlsServerContext(const Identity& identity, const TlsSettings& settings = {});

  /// Shows each client a leaf for the name it asks for, issued on the spot; one that sends no SNI sees the leaf of
  /// `default_name`. A name no leaf can be issued for is answered with unrecognized_name (112).
  TlsServerContext(std::shared_ptr<LabAuthority> authority, std::string_view default_name,
                   const TlsSettings& settings = {});

  [[nodiscard]] const std::shared_ptr<SSL_CTX>& handle() const { return handle_; }

 private:
  std::shared_ptr<SSL_CTX> handle_;
};

/// There is no way to trust everyone. Factories throw OpensslError or std::invalid_argument.
class TlsClientContext {
 public:
  /// Trusts the certificates in this PEM text, of which there must be at least one, and nobody else.
  [[nodiscard]] static TlsClientContext trusting(std::string_view ca_pem, const TlsSettings& settings = {});

  /// Trusts what this machine trusts.
  [[nodiscard]] static TlsClientContext trusting_system(const TlsSettings& settings = {});

  /// Shows this certificate, and whatever follows it in the text, to servers that ask for one. The key must belong to
  /// it. For contexts that are not in use yet.
  void show(std::string_view certificate_pem, std::string_view key_pem);

  [[nodiscard]] const std::shared_ptr<SSL_CTX>& handle() const { return handle_; }

 private:
  explicit TlsClientContext(const TlsSettings& settings);

  std::shared_ptr<SSL_CTX> handle_;
};

}  // namespace shirgate
