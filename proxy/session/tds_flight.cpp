#include "proxy/session/tds_flight.hpp"

#include "proxy/first_flight/tds_prelogin.hpp"
#include "proxy/first_flight/tds_tls.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/session/bytes.hpp"
#include "proxy/session/first_flight.hpp"

namespace shirgate {
namespace {

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
  if (error == ETIMEDOUT) return Reason::server_hello_timeout;
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

Awaitable<Reason> tell_client(Session& session, std::string_view bytes, SteadyTime deadline) {
  const auto told = co_await session.client->write_all(bytes, deadline);
  session.traffic.from_upstream += told.bytes;
  if (told.error == ECANCELED) co_return Reason::gate_stopped;
  co_return told.error == 0 ? Reason::allowed : Reason::hello_incomplete;
}

/// The rebuilt PRELOGIN goes up, and the server's answer comes down if the two agree on encryption to the end.
Awaitable<Reason> agree(Session& session, SteadyTime deadline) {
  const auto rebuilt = rebuild(*session.offer);
  const auto sent = co_await session.upstream->write_all(as_text(rebuilt), deadline);
  session.traffic.from_client += sent.bytes;
  if (sent.error != 0) co_return reason_to_end_upstream(sent.error);

  PreloginReader reader(TdsPacketType::response);
  std::string answer;
  const Reason read = co_await read_answer(session, reader, answer, deadline);
  if (read != Reason::allowed) co_return read;
  const auto encryption = parse_prelogin_answer(reader.payload());
  if (encryption.has_error()) co_return Reason::tds_malformed;
  if (negotiated(session.offer->encryption, *encryption) != EncryptionOutcome::full)
    co_return Reason::tds_not_encrypted;
  if (session.answered) co_return Reason::allowed;  // the client has the gate's own answer
  co_return co_await tell_client(session, answer, deadline);
}

Reason refusal(const TdsHelloReader& reader, Reason reason) {
  return reader.login_in_the_clear() ? Reason::tds_login_unencrypted : reason;
}

/// What is in session.received() must begin the hello; reads on until it is whole.
Awaitable<Reason> read_wrapped_hello(Session& session, SteadyTime deadline) {
  TdsHelloReader reader(session.hello_reader);
  for (std::size_t fed = 0;;) {
    const auto progress = reader.feed(as_bytes(session.received().substr(fed)));
    fed = session.received().size();
    if (progress.has_error()) co_return refusal(reader, progress.error());
    if (*progress == HelloProgress::done) break;
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
  session.flight_bytes = reader.flight_bytes();
  co_return Reason::allowed;
}

/// A client that did not wait for the answer has sent more: if that can't begin its TLS, the server hears nothing.
Reason look_ahead(Session& session) {
  TdsHelloReader reader(session.hello_reader);
  const auto early = reader.feed(as_bytes(session.received()));
  const Reason reason = early.has_error() ? refusal(reader, early.error()) : Reason::allowed;
  session.hello_reader.begin_again();
  return reason;
}

}  // namespace

Awaitable<Reason> read_offer(Session& session, SteadyTime deadline) {
  PreloginReader reader(TdsPacketType::prelogin);
  const Reason read = co_await read_prelogin(session, reader, deadline);
  if (read != Reason::allowed) co_return read;
  auto offer = parse_prelogin(reader.payload());
  if (offer.has_error()) co_return Reason::tds_malformed;
  if (!may_become_full(offer->encryption)) co_return Reason::tds_not_encrypted;
  session.offer = *std::move(offer);
  session.consume(reader.flight_bytes());
  co_return look_ahead(session);
}

Awaitable<Reason> answer_offer(Session& session, SteadyTime deadline) {
  // Only the real server knows whether it wants a token, and signs the nonce it is given.
  if (session.offer->fed_auth_required.value_or(false) || session.offer->nonce) co_return Reason::sql_target_required;
  const auto answer = answer_to(*session.offer);
  // The server must hear what the client was told.
  if (session.offer->mars) session.offer->mars = false;
  session.answered = true;
  const Reason told = co_await tell_client(session, as_text(answer), deadline);
  if (told != Reason::allowed) co_return told;
  co_return co_await read_wrapped_hello(session, deadline);
}

Awaitable<Reason> agree_on_encryption(Session& session) {
  auto deadline = flight_deadline(session);
  const Reason agreed = co_await agree(session, deadline);
  if (agreed != Reason::allowed || session.answered) co_return agreed;
  deadline = flight_deadline(session);
  const Reason read = co_await read_wrapped_hello(session, deadline);
  co_return read == Reason::allowed ? judge_hello_of(session) : read;
}

}  // namespace shirgate
