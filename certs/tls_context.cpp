#include "certs/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdexcept>

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

/// What OpenSSL's callbacks point to. Lives as long as the SSL_CTX, because handle() owns both.
struct ServerState {
  SslContextPtr context;
  std::vector<std::uint8_t> alpn;
  std::shared_ptr<LabAuthority> authority;
};

/// RFC 7301's list: each protocol behind one byte that says how long it is.
std::vector<std::uint8_t> alpn_wire(const std::vector<std::string>& protocols) {
  std::vector<std::uint8_t> wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) {
      throw std::invalid_argument("an ALPN protocol is 1 to 255 bytes long");
    }
    wire.push_back(static_cast<std::uint8_t>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  return wire;
}

SslContextPtr make_context(const SSL_METHOD* method, const TlsSettings& settings) {
  SslContextPtr context = require_openssl(SslContextPtr(SSL_CTX_new(method)), "cannot make a TLS context");
  if (settings.lowest > settings.highest) throw std::invalid_argument("lowest TLS version is above the highest");
  require_openssl(SSL_CTX_set_min_proto_version(context.get(), static_cast<int>(settings.lowest)),
                  "cannot set the lowest TLS version");
  require_openssl(SSL_CTX_set_max_proto_version(context.get(), static_cast<int>(settings.highest)),
                  "cannot set the highest TLS version");
  if (!settings.groups.empty()) {
    require_openssl(SSL_CTX_set1_groups_list(context.get(), settings.groups.c_str()), "cannot use the groups");
  }
  // TLS 1.0 and 1.1 sign with SHA-1, which level 1 and above refuse.
  if (settings.lowest < TlsVersion::tls1_2) SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  return context;
}

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                unsigned int offered_size, void* state) {
  const auto& ours = static_cast<const ServerState*>(state)->alpn;
  // OpenSSL's signature predates const; it points into one of the two lists and writes to neither.
  const int outcome = SSL_select_next_proto(const_cast<unsigned char**>(chosen), chosen_size, ours.data(),
                                            static_cast<unsigned int>(ours.size()), offered, offered_size);
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool show(SSL& ssl, const Identity& identity) {
  return SSL_use_certificate(&ssl, identity.certificate.get()) == 1 &&
         SSL_use_PrivateKey(&ssl, identity.key.get()) == 1;
}

int issue_for_server_name(SSL* ssl, int* alert, void* state) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!name) return SSL_TLSEXT_ERR_OK;  // the context's own leaf is for these
  // A wildcard is a name for a certificate, never for a server.
  if (!is_certificate_name(name) || name[0] == '*') {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  // OpenSSL is C: nothing may be thrown through it.
  try {
    if (show(*ssl, static_cast<ServerState*>(state)->authority->issue(name))) return SSL_TLSEXT_ERR_OK;
  } catch (const std::exception&) {
  }
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::shared_ptr<ServerState> make_server(const Identity& identity, const TlsSettings& settings) {
  auto state = std::make_shared<ServerState>();
  state->context = make_context(TLS_server_method(), settings);
  SSL_CTX* context = state->context.get();
  require_openssl(SSL_CTX_set_num_tickets(context, 0), "cannot turn session tickets off");
  require_openssl(SSL_CTX_use_certificate(context, identity.certificate.get()), "cannot use the certificate");
  require_openssl(SSL_CTX_use_PrivateKey(context, identity.key.get()), "cannot use the key");
  state->alpn = alpn_wire(settings.alpn);
  if (!state->alpn.empty()) SSL_CTX_set_alpn_select_cb(context, choose_alpn, state.get());
  return state;
}

std::shared_ptr<SSL_CTX> handle_of(const std::shared_ptr<ServerState>& state) { return {state, state->context.get()}; }

BioPtr reader_of(std::string_view pem) {
  return require_openssl(BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))), "cannot read PEM");
}

/// Each certificate in the text goes to `take`; there must be one, and nothing that can't be read.
template <class Take>
void each_certificate(std::string_view pem, std::string_view failure, Take take) {
  const BioPtr bio = reader_of(pem);
  // Without one, OpenSSL would ask the terminal about an encrypted block.
  char no_passphrase[] = "";
  int count = 0;
  while (const X509Ptr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, no_passphrase)})
    take(*certificate, count++);
  // The end of the text is told as an error; any other one means a certificate that can't be read.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (count == 0 || !at_end) throw_openssl_error(failure);
  ERR_clear_error();
}

void trust(X509_STORE& store, std::string_view ca_pem) {
  each_certificate(ca_pem, "cannot read the trusted certificates", [&](X509& certificate, int) {
    require_openssl(X509_STORE_add_cert(&store, &certificate), "cannot trust a certificate");
  });
}

}  // namespace

TlsServerContext::TlsServerContext(const Identity& identity, const TlsSettings& settings)
    : handle_(handle_of(make_server(identity, settings))) {}

TlsServerContext::TlsServerContext(std::shared_ptr<LabAuthority> authority, std::string_view default_name,
                                   const TlsSettings& settings) {
  if (!authority) throw std::invalid_argument("a server that issues on the spot needs an authority");
  const auto state = make_server(authority->issue(default_name), settings);
  state->authority = std::move(authority);
  SSL_CTX_set_tlsext_servername_callback(state->context.get(), issue_for_server_name);
  SSL_CTX_set_tlsext_servername_arg(state->context.get(), state.get());
  handle_ = handle_of(state);
}

TlsClientContext::TlsClientContext(const TlsSettings& settings) : handle_(make_context(TLS_client_method(), settings)) {
  SSL_CTX_set_verify(handle_.get(), SSL_VERIFY_PEER, nullptr);
  const std::vector<std::uint8_t> alpn = alpn_wire(settings.alpn);
  // Unlike its neighbours, this one returns 0 for success.
  if (!alpn.empty() &&
      SSL_CTX_set_alpn_protos(handle_.get(), alpn.data(), static_cast<unsigned int>(alpn.size())) != 0) {
    throw_openssl_error("cannot offer ALPN");
  }
}

TlsClientContext TlsClientContext::trusting(std::string_view ca_pem, const TlsSettings& settings) {
  TlsClientContext context(settings);
  trust(*SSL_CTX_get_cert_store(context.handle_.get()), ca_pem);
  return context;
}

TlsClientContext TlsClientContext::trusting_system(const TlsSettings& settings) {
  TlsClientContext context(settings);
  require_openssl(SSL_CTX_set_default_verify_paths(context.handle_.get()), "cannot read the system's certificates");
  return context;
}

void TlsClientContext::show(std::string_view certificate_pem, std::string_view key_pem) {
  SSL_CTX* context = handle_.get();
  each_certificate(certificate_pem, "cannot read the certificate", [&](X509& certificate, int index) {
    if (index == 0)
      require_openssl(SSL_CTX_use_certificate(context, &certificate), "cannot use the certificate");
    else
      require_openssl(static_cast<int>(SSL_CTX_add1_chain_cert(context, &certificate)), "cannot use the chain");
  });
  char no_passphrase[] = "";
  const KeyPtr key =
      require_openssl(KeyPtr(PEM_read_bio_PrivateKey(reader_of(key_pem).get(), nullptr, nullptr, no_passphrase)),
                      "cannot read the key");
  require_openssl(SSL_CTX_use_PrivateKey(context, key.get()), "cannot use the key with this certificate");
}

}  // namespace shirgate
