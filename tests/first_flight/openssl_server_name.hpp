// The server name a real OpenSSL server takes from a client's first bytes, to hold ours against.
#pragma once

#include <openssl/ssl.h>

#include <optional>
#include <span>
#include <string>

#include "certs/tls_leg.hpp"

namespace shirgate::test {

/// None if a hello without one was accepted.
using ServerName = std::optional<std::string>;

class OpensslServerName {
 public:
  OpensslServerName() {
    SSL_CTX_set_tlsext_servername_callback(context_.handle().get(), note);
    SSL_CTX_set_tlsext_servername_arg(context_.handle().get(), this);
  }
  OpensslServerName(const OpensslServerName&) = delete;
  OpensslServerName& operator=(const OpensslServerName&) = delete;

  /// Nothing if it refused the hello before it came to the name, or waits for more of it.
  [[nodiscard]] std::optional<ServerName> of(std::span<const std::uint8_t> bytes) {
    told_.reset();
    auto leg = TlsLeg::server(context_);
    static_cast<void>(leg.feed(bytes));
    leg.handshake();
    return told_;
  }

 private:
  /// OpenSSL calls this once a hello and all its extensions are read. Refusing from here saves the key exchange.
  static int note(SSL* ssl, int* alert, void* self) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    static_cast<OpensslServerName*>(self)->told_.emplace(name != nullptr ? ServerName(name) : ServerName());
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  TlsServerContext context_{LabAuthority().issue("kv.lab"), {.lowest = TlsVersion::tls1_0}};
  std::optional<ServerName> told_;
};

}  // namespace shirgate::test
