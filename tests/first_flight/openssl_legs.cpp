#include "openssl_legs.hpp"

#include <stdexcept>

#include "certs/openssl_error.hpp"
#include "certs/tls_leg.hpp"

namespace shirgate::test {
namespace {

constexpr const char* name = "kv1.vault.azure.net";

const std::shared_ptr<LabAuthority>& authority() {
  static const auto one = std::make_shared<LabAuthority>();
  return one;
}

Octets pulled(TlsLeg& leg) {
  Octets bytes;
  leg.pull(bytes);
  return bytes;
}

void feed(TlsLeg& leg, const Octets& bytes) {
  if (leg.feed(bytes) != bytes.size()) throw std::runtime_error("a leg is full");
  leg.handshake();
}

/// One end as OpenSSL's own object, because TlsLeg knows no sessions.
struct RawEnd {
  SslPtr ssl;
  BIO* in = nullptr;
  BIO* out = nullptr;

  explicit RawEnd(SSL_CTX& context)
      : ssl(require_openssl(SslPtr(SSL_new(&context)), "SSL_new")),
        in(BIO_new(BIO_s_mem())),
        out(BIO_new(BIO_s_mem())) {
    SSL_set_bio(ssl.get(), in, out);
  }

  void take(const Octets& bytes) {
    BIO_write(in, bytes.data(), static_cast<int>(bytes.size()));
    SSL_do_handshake(ssl.get());
    std::array<std::uint8_t, 64> plaintext;  // reading is what takes in tickets
    if (SSL_is_init_finished(ssl.get())) SSL_read(ssl.get(), plaintext.data(), plaintext.size());
  }
  [[nodiscard]] Octets give() {
    Octets bytes(BIO_ctrl_pending(out));
    BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
};

RawEnd raw_client(const TlsClientContext& context) {
  RawEnd end(*context.handle());
  require_openssl(static_cast<int>(SSL_set_tlsext_host_name(end.ssl.get(), name)), "SNI");
  SSL_set_connect_state(end.ssl.get());
  return end;
}

RawEnd raw_server(const TlsServerContext& context) {
  RawEnd end(*context.handle());
  SSL_set_accept_state(end.ssl.get());
  return end;
}

void carry_to_the_end(RawEnd& client, RawEnd& server) {
  for (int turn = 0; turn < 4; ++turn) {
    server.take(client.give());
    client.take(server.give());
  }
}

bool shaken(const RawEnd& client, const RawEnd& server) {
  return SSL_is_init_finished(client.ssl.get()) && SSL_is_init_finished(server.ssl.get());
}

}  // namespace

Flights flights_between(const TlsSettings& client_settings, const TlsSettings& server_settings) {
  auto server = TlsLeg::server(TlsServerContext(authority()->issue(name), server_settings));
  auto client = TlsLeg::client(TlsClientContext::trusting(authority()->ca_pem(), client_settings), name);
  client.handshake();
  Flights flights;
  flights.hello = pulled(client);
  feed(server, flights.hello);
  flights.answer = pulled(server);
  feed(client, flights.answer);
  flights.second = pulled(client);
  feed(server, flights.second);
  feed(client, pulled(server));
  feed(server, pulled(client));
  flights.agreed = client.handshake() == Handshake::done && server.handshake() == Handshake::done;
  return flights;
}

Flights resumed_flights(TlsVersion version) {
  const TlsServerContext server_context(authority()->issue(name), {.lowest = version, .highest = version});
  const auto client_context = TlsClientContext::trusting(
      authority()->ca_pem(), {.lowest = version, .highest = version, .groups = "X25519:P-256:P-384"});
  for (auto* context : {server_context.handle().get(), client_context.handle().get()}) {
    SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_options(context, SSL_OP_NO_ANTI_REPLAY);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_max_early_data(context, 16384);
  }

  auto first_client = raw_client(client_context);
  auto first_server = raw_server(server_context);
  SSL_do_handshake(first_client.ssl.get());
  carry_to_the_end(first_client, first_server);
  const std::unique_ptr<SSL_SESSION, FreedBy<SSL_SESSION_free>> session(SSL_get1_session(first_client.ssl.get()));
  if (!session) throw std::runtime_error("no session to resume");

  auto client = raw_client(client_context);
  auto server = raw_server(server_context);
  require_openssl(SSL_set_session(client.ssl.get(), session.get()), "SSL_set_session");
  if (version == TlsVersion::tls1_3) {
    require_openssl(SSL_set1_groups_list(server.ssl.get(), "P-384"), "SSL_set1_groups_list");
    std::size_t written = 0;
    constexpr std::string_view early = "sent before the server said a word";
    require_openssl(SSL_write_early_data(client.ssl.get(), early.data(), early.size(), &written), "early data");
  }
  SSL_do_handshake(client.ssl.get());
  Flights flights;
  flights.hello = client.give();
  server.take(flights.hello);
  flights.answer = server.give();
  client.take(flights.answer);
  flights.second = client.give();
  server.take(flights.second);
  client.take(server.give());
  carry_to_the_end(client, server);
  flights.agreed = shaken(client, server) && SSL_session_reused(client.ssl.get()) == 1;
  return flights;
}

Octets shown_leaf() {
  const auto identity = authority()->issue(name);
  unsigned char* der = nullptr;
  const int size = i2d_X509(identity.certificate.get(), &der);
  if (size <= 0) throw_openssl_error("i2d_X509");
  Octets bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace shirgate::test
