#include "certs/tls_leg.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "certs/openssl_error.hpp"

namespace shirgate {

struct TlsLeg::State {
  enum class Phase : std::uint8_t { handshaking, open, failed };

  std::shared_ptr<SSL_CTX> context;  // also keeps alive what its callbacks point to
  SslPtr ssl;
  BIO* in = nullptr;  // both BIOs belong to ssl
  BIO* out = nullptr;
  Phase phase = Phase::handshaking;
  bool shut_down = false;
  bool peer_closed = false;
  std::string failure;
  std::optional<int> received_alert;
  std::optional<int> sent_alert;

  /// OpenSSL's info callback: the one place that is told of every alert, warnings included.
  static void note(const SSL* ssl, int where, int value);
};

void TlsLeg::State::note(const SSL* ssl, int where, int value) {
  if (!(where & SSL_CB_ALERT)) return;
  const int description = value & 0xff;
  auto& state = *static_cast<State*>(SSL_get_app_data(ssl));
  const bool from_peer = (where & SSL_CB_READ) != 0;
  if (description != SSL_AD_CLOSE_NOTIFY) {
    (from_peer ? state.received_alert : state.sent_alert) = description;
  } else if (from_peer) {
    // Kept here because OpenSSL's own flag is also set by a fatal alert.
    state.peer_closed = true;
  }
}

namespace {

constexpr std::size_t largest_record_bytes = 16384;

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())); }

/// Tells OpenSSL what the certificate must be for; true if that was an IP address.
bool verify_against(SSL& ssl, std::string_view name) {
  X509_VERIFY_PARAM* parameters = SSL_get0_param(&ssl);
  const std::string text(name);
  if (name.empty()) throw std::invalid_argument("a TLS client needs a name to verify");
  if (name.find('\0') != std::string_view::npos) throw std::invalid_argument("NUL in the name to verify");
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, text.c_str()) == 1) return true;
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  require_openssl(X509_VERIFY_PARAM_set1_host(parameters, text.data(), text.size()), "cannot set the name to verify");
  return false;
}

void send_server_name(SSL& ssl, const std::string& sni) {
  // OpenSSL reads a C string and would send the part before the NUL.
  const bool has_nul = sni.find('\0') != std::string::npos;
  if (!has_nul && SSL_set_tlsext_host_name(&ssl, sni.c_str()) == 1) return;
  ERR_clear_error();
  throw std::invalid_argument("not usable as SNI: \"" + sni + "\"");
}

bool is_address(std::string_view name) {
  const bool address = Asn1OctetStringPtr(a2i_IPADDRESS(std::string(name).c_str())) != nullptr;
  ERR_clear_error();
  return address;
}

}  // namespace

TlsLeg::TlsLeg(const std::shared_ptr<SSL_CTX>& context) : state_(std::make_unique<State>()) {
  state_->context = context;
  state_->ssl = require_openssl(SslPtr(SSL_new(context.get())), "cannot make a TLS connection");
  BioPtr in = require_openssl(BioPtr(BIO_new(BIO_s_mem())), "cannot make a memory BIO");
  BioPtr out = require_openssl(BioPtr(BIO_new(BIO_s_mem())), "cannot make a memory BIO");
  state_->in = in.get();
  state_->out = out.get();
  SSL_set_bio(state_->ssl.get(), in.release(), out.release());
  SSL_set_app_data(state_->ssl.get(), state_.get());
  SSL_set_info_callback(state_->ssl.get(), State::note);
}

TlsLeg::TlsLeg(TlsLeg&&) noexcept = default;
TlsLeg& TlsLeg::operator=(TlsLeg&&) noexcept = default;
TlsLeg::~TlsLeg() = default;

TlsLeg TlsLeg::client(const TlsClientContext& context, std::string_view server_name) {
  if (is_address(server_name)) return client(context, std::nullopt, server_name);
  return client(context, std::string(server_name), server_name);
}

TlsLeg TlsLeg::client(const TlsClientContext& context, const std::optional<std::string>& sni,
                      std::string_view verified_name) {
  TlsLeg leg(context.handle());
  SSL& ssl = *leg.state_->ssl;
  verify_against(ssl, verified_name);
  if (sni) send_server_name(ssl, *sni);
  SSL_set_connect_state(&ssl);
  return leg;
}

TlsLeg TlsLeg::server(const TlsServerContext& context) {
  TlsLeg leg(context.handle());
  SSL_set_accept_state(leg.state_->ssl.get());
  return leg;
}

std::size_t TlsLeg::feed(std::span<const std::uint8_t> ciphertext) {
  if (failed() || peer_closed()) return ciphertext.size();
  const std::size_t queued = BIO_ctrl_pending(state_->in);
  const std::size_t room = queued < queue_limit_bytes ? queue_limit_bytes - queued : 0;
  const std::size_t taken = std::min(room, ciphertext.size());
  if (taken == 0) return 0;
  if (BIO_write(state_->in, ciphertext.data(), as_int(taken)) != as_int(taken)) {
    fail("TLS input");
    return ciphertext.size();
  }
  return taken;
}

std::size_t TlsLeg::pull(std::vector<std::uint8_t>& ciphertext) {
  const std::size_t before = ciphertext.size();
  const std::size_t pending = pending_out();
  if (pending == 0) return 0;
  ciphertext.resize(before + pending);
  const int got = BIO_read(state_->out, ciphertext.data() + before, as_int(pending));
  ciphertext.resize(before + static_cast<std::size_t>(std::max(got, 0)));
  return ciphertext.size() - before;
}

std::size_t TlsLeg::pending_out() const { return BIO_ctrl_pending(state_->out); }

Handshake TlsLeg::handshake() {
  if (state_->phase == State::Phase::handshaking) {
    ERR_clear_error();
    const int status = SSL_do_handshake(state_->ssl.get());
    if (status == 1) {
      state_->phase = State::Phase::open;
    } else {
      settle(status);
    }
  }
  if (failed()) return Handshake::failed;
  return state_->phase == State::Phase::open ? Handshake::done : Handshake::more;
}

std::size_t TlsLeg::read(std::span<std::uint8_t> plaintext) {
  if (state_->phase != State::Phase::open || plaintext.empty()) return 0;
  // A peer may have us answer its messages (a key update): not while nobody takes the answers away.
  if (pending_out() >= queue_limit_bytes) return 0;
  ERR_clear_error();
  std::size_t got = 0;
  const int status = SSL_read_ex(state_->ssl.get(), plaintext.data(), plaintext.size(), &got);
  if (status == 1) return got;
  settle(status);
  return 0;
}

std::size_t TlsLeg::write(std::span<const std::uint8_t> plaintext) {
  std::size_t taken = 0;
  while (state_->phase == State::Phase::open && !state_->shut_down && taken < plaintext.size() &&
         pending_out() < queue_limit_bytes) {
    ERR_clear_error();
    const auto piece = plaintext.subspan(taken, std::min(largest_record_bytes, plaintext.size() - taken));
    std::size_t written = 0;
    const int status = SSL_write_ex(state_->ssl.get(), piece.data(), piece.size(), &written);
    if (status == 1) {
      taken += written;
    } else {
      settle(status);
      break;
    }
  }
  return taken;
}

std::size_t TlsLeg::write(std::string_view plaintext) {
  return write(std::span(reinterpret_cast<const std::uint8_t*>(plaintext.data()), plaintext.size()));
}

void TlsLeg::shutdown() {
  if (state_->phase != State::Phase::open || state_->shut_down) return;
  ERR_clear_error();
  state_->shut_down = true;
  // 0 means sent, the peer's is still to come.
  const int status = SSL_shutdown(state_->ssl.get());
  if (status < 0) settle(status);
}

void TlsLeg::settle(int status) {
  const bool shaking = state_->phase == State::Phase::handshaking;
  switch (SSL_get_error(state_->ssl.get(), status)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return;
    case SSL_ERROR_ZERO_RETURN:
      if (shaking) fail("TLS handshake: the peer closed");
      return;
    default: fail(shaking ? "TLS handshake" : "TLS connection");
  }
}

void TlsLeg::fail(std::string_view during) {
  state_->phase = State::Phase::failed;
  state_->failure = during;
  const std::string reasons = take_openssl_errors();
  if (!reasons.empty()) state_->failure.append(": ").append(reasons);
  const long verdict = SSL_get_verify_result(state_->ssl.get());
  if (verdict != X509_V_OK) state_->failure.append(": ").append(X509_verify_cert_error_string(verdict));
  if (const auto alert = state_->received_alert) {
    state_->failure.append(" (the peer sent alert ").append(std::to_string(*alert));
    state_->failure.append(", ").append(SSL_alert_desc_string_long(*alert)).append(")");
  }
}

bool TlsLeg::peer_closed() const { return state_->peer_closed; }

bool TlsLeg::failed() const { return state_->phase == State::Phase::failed; }

const std::string& TlsLeg::failure() const { return state_->failure; }

std::optional<int> TlsLeg::received_alert() const { return state_->received_alert; }

std::optional<int> TlsLeg::sent_alert() const { return state_->sent_alert; }

std::string TlsLeg::server_name() const {
  const char* name = SSL_get_servername(state_->ssl.get(), TLSEXT_NAMETYPE_host_name);
  return name ? name : "";
}

std::string TlsLeg::version() const {
  return state_->phase == State::Phase::open ? SSL_get_version(state_->ssl.get()) : "";
}

std::string TlsLeg::alpn() const {
  if (state_->phase != State::Phase::open) return {};
  const unsigned char* protocol = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(state_->ssl.get(), &protocol, &size);
  return protocol ? std::string(reinterpret_cast<const char*>(protocol), size) : std::string();
}

std::string TlsLeg::peer_subject() const {
  const X509* certificate = SSL_get0_peer_certificate(state_->ssl.get());
  return state_->phase == State::Phase::open && certificate ? subject_of(*certificate) : "";
}

std::string TlsLeg::peer_issuer() const {
  const X509* certificate = SSL_get0_peer_certificate(state_->ssl.get());
  return state_->phase == State::Phase::open && certificate ? issuer_of(*certificate) : "";
}

}  // namespace shirgate
