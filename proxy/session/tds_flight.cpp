#include "proxy/session/tds_flight.hpp"

#include "proxy/first_flight/tds_prelogin.hpp"
#include "proxy/first_flight/tds_tls.hpp"
#include "proxy/session/first_flight.hpp"

namespace shirgate {
namespace {

constexpr char tls_handshake_record = 0x16;

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::span<const char> as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The client's PRELOGIN, whole; it stays in session.received().
Awaitable<Reason> read_prelogin(Session& session, PreloginReader& reader, SteadyTime deadline) {
  std::size_t fed = 0;
  for (;;) {
    const auto progress = reader.feed(as_bytes(session.received().substr(fed)));
    fed = session.received().size();
    if (progress.has_error()) co_return Reason::tds_malformed;
    if (*progress == HelloProgress::done) co_return Reason::allowed;
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
}

Reason reason_to_end_upstream(int error) {
  if (error == ETIMEDOUT) return Reason::hello_timeout;
  return error == ECANCELED ? Reason::gate_stopped : Reason::upstream_reset;
}

/// The server's answer, whole, in `answer`; nothing may come behind it before the client has spoken.
Awaitable<Reason> read_answer(Session& session, PreloginReader& reader, std::string& answer, SteadyTime deadline) {
  std::array<char, max_prelogin_bytes> chunk;
  for (;;) {
    const auto got = co_await session.upstream->read_some(chunk, deadline);
    if (got.error != 0) co_return reason_to_end_upstream(got.error);
    if (got.bytes == 0) co_return Reason::upstream_closed;
    answer.append(chunk.data(), got.bytes);
    const auto progress = reader.feed(as_bytes(std::string_view(chunk.data(), got.bytes)));
    if (progress.has_error()) co_return Reason::tds_malformed;
    if (*progress == HelloProgress::done)
      co_return reader.flight_bytes() == answer.size() ? Reason::allowed : Reason::tds_malformed;
  }
}

/// The rebuilt PRELOGIN goes up, and the server's answer comes down if the two agree on encryption to the end.
Awaitable<Reason> agree(Session& session, const Prelogin& offer, SteadyTime deadline) {
  const auto rebuilt = rebuild(offer);
  const auto sent = co_await session.upstream->write_all(as_text(rebuilt), deadline);
  session.traffic.from_client += sent.bytes;
  if (sent.error != 0) co_return reason_to_end_upstream(sent.error);

  PreloginReader reader(TdsPacketType::response);
  std::string answer;
  const Reason read = co_await read_answer(session, reader, answer, deadline);
  if (read != Reason::allowed) co_return read;
  const auto encryption = parse_prelogin_answer(reader.payload());
  if (encryption.has_error()) co_return Reason::tds_malformed;
  if (negotiated(offer.encryption, *encryption) != EncryptionOutcome::full) co_return Reason::tds_not_encrypted;

  const auto told = co_await session.client->write_all(answer, deadline);
  session.traffic.from_upstream += told.bytes;
  if (told.error == ECANCELED) co_return Reason::gate_stopped;
  co_return told.error == 0 ? Reason::allowed : Reason::hello_incomplete;
}

Reason refusal(const TdsHelloReader& reader, Reason reason) {
  return reader.login_in_the_clear() ? Reason::tds_login_unencrypted : reason;
}

/// What is in session.received() must begin the hello; reads on until it is whole.
Awaitable<Reason> read_wrapped_hello(Session& session, TdsHelloReader& reader, std::size_t fed, SteadyTime deadline) {
  for (;;) {
    const auto progress = reader.feed(as_bytes(session.received().substr(fed)));
    fed = session.received().size();
    if (progress.has_error()) co_return refusal(reader, progress.error());
    if (*progress == HelloProgress::done) co_return Reason::allowed;
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
}

}  // namespace

Awaitable<Reason> read_tds_hello(Session& session, SteadyTime deadline) {
  if (session.received().empty()) {
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
  if (session.received().front() == tls_handshake_record) co_return co_await read_tls_hello(session, deadline);

  session.speaks_plain_tls = false;
  PreloginReader prelogin(TdsPacketType::prelogin);
  const Reason read = co_await read_prelogin(session, prelogin, deadline);
  if (read != Reason::allowed) co_return read;
  const auto offer = parse_prelogin(prelogin.payload());
  if (offer.has_error()) co_return Reason::tds_malformed;
  if (!may_become_full(offer->encryption)) co_return Reason::tds_not_encrypted;

  // A client that did not wait for the answer has sent more: if that can't begin its TLS, the server hears nothing.
  session.consume(prelogin.flight_bytes());
  TdsHelloReader hello(session.hello_reader);
  const auto early = hello.feed(as_bytes(session.received()));
  if (early.has_error()) co_return refusal(hello, early.error());
  const auto fed = session.received().size();
  const Reason agreed = co_await agree(session, *offer, deadline);
  if (agreed != Reason::allowed) co_return agreed;
  co_return co_await read_wrapped_hello(session, hello, fed, deadline);
}

}  // namespace shirgate
