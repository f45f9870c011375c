#include "proxy/session/first_flight.hpp"

#include <cerrno>

#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"
#include "proxy/first_flight/server_flight.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/session/bytes.hpp"
#include "proxy/session/events.hpp"
#include "proxy/session/server_answer.hpp"
#include "proxy/session/tds_flight.hpp"

namespace shirgate {
namespace {

constexpr char tls_handshake_record = 0x16;

/// What the hello must be like beside naming the host.
HelloRules rules_for(const Session& session) {
  const auto* rule = session.snapshot->policy->rule(session.verdict.rule);
  if (rule != nullptr)
    return {.minimum_version = rule->hello.minimum_version,
            .ech_allowed = rule->hello.ech_allowed,
            .sni_optional = rule->hello.sni_optional && rule->protocol == Protocol::tds,
            .alpn = rule->hello.alpn};
  const auto* runtime = session.snapshot->policy->runtime(session.verdict.runtime);
  return {.ech_allowed = runtime != nullptr && runtime->kind == RuntimeKind::browser};
}

/// In report mode a wrong or missing name is recorded and goes through.
bool is_lifted(const Session& session, Reason judged) {
  return session.verdict.mode == Mode::report && may_be_lifted(judged);
}

Awaitable<Reason> read_tls_hello(Session& session, SteadyTime deadline) {
  std::size_t fed = 0;
  for (;;) {
    const auto progress = session.hello_reader.feed(as_bytes(session.received().substr(fed)));
    fed = session.received().size();
    if (progress.has_error()) co_return progress.error();
    if (*progress == HelloProgress::done) break;
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
  session.flight_bytes = session.hello_reader.flight_bytes();
  co_return Reason::allowed;
}

/// `tls = "any"`: what begins like TLS is read as TLS, anything else is taken as it is.
Awaitable<Reason> read_anything(Session& session, SteadyTime deadline) {
  // Where nobody knows what is spoken the server may have to begin.
  if (session.received().empty()) {
    const Reason begun = co_await receive_while_server_speaks(session, deadline);
    if (begun != Reason::allowed) co_return begun;
  }
  const Reason read = co_await read_tls_hello(session, deadline);
  if (read != Reason::not_tls) co_return read;
  session.opening = Opening::other;
  session.resembles = resembles(as_bytes(session.received()));
  co_return Reason::allowed;
}

Awaitable<Reason> read_either(Session& session, Protocol spoken, SteadyTime deadline) {
  if (spoken == Protocol::any) co_return co_await read_anything(session, deadline);
  if (session.received().empty()) {
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
  const bool prelogin = spoken == Protocol::tds && session.received().front() != tls_handshake_record;
  session.opening = prelogin ? Opening::prelogin : Opening::tls;
  if (prelogin) co_return co_await read_offer(session, deadline);
  co_return co_await read_tls_hello(session, deadline);
}

/// The rule asks for nothing; the log still says what it looked like.
void record_other(Session& session) {
  auto event = event_about(session, Action::checked);
  event.resembles = session.resembles;
  static_cast<void>(session.worker.audit().append(event));
}

void record_passed(Session& session) {
  const auto& hello = *session.hello;
  std::string alpn;
  for (const auto protocol : hello.alpn) alpn.append(alpn.empty() ? "" : ",").append(protocol);
  auto event = event_about(session, Action::checked);
  event.tls = TlsFacts{.sni = hello.sni.text,
                       .alpn = alpn,
                       .max_version = static_cast<std::uint16_t>(hello.max_version.value_or(TlsVersion{})),
                       .ech = hello.ech,
                       .ja4 = session.ja4->text(),
                       .hello_retry = session.server.hello_retry,
                       .server_version = session.server.version,
                       .server_names = session.server.names,
                       .server_issuer = session.server.issuer};
  if (session.lifted != Reason::allowed) event.would_deny = session.lifted;
  event.first_flight_time = session.first_flight_time;
  static_cast<void>(session.worker.audit().append(event));
}

}  // namespace

SteadyTime flight_deadline(const Session& session) {
  return std::chrono::steady_clock::now() + session.snapshot->settings.hello_timeout;
}

Awaitable<Reason> receive_more(Session& session, SteadyTime deadline) {
  // The room is for the largest flight; what does not fit is none.
  if (session.room().empty()) co_return Reason::hello_too_large;
  const auto got = co_await session.client->read_some(session.room(), deadline);
  if (got.error == ETIMEDOUT) co_return Reason::hello_timeout;
  if (got.error == ECANCELED) co_return Reason::gate_stopped;
  if (got.error != 0 || got.bytes == 0) co_return Reason::hello_incomplete;
  session.received_more(got.bytes);
  co_return Reason::allowed;
}

Awaitable<Reason> receive_while_server_speaks(Session& session, SteadyTime deadline) {
  if (session.room().empty()) co_return Reason::hello_too_large;
  std::array<char, 4096> chunk;
  // A server that never pauses would keep the loop to itself.
  for (std::size_t passed = 0; passed < max_server_flight_bytes;) {
    const auto from_client = session.client->read_now(session.room());
    session.received_more(from_client.bytes);
    if (from_client.bytes != 0) co_return Reason::allowed;
    if (from_client.error != EAGAIN) co_return Reason::hello_incomplete;
    const auto from_server = session.upstream->read_now(chunk);
    if (from_server.bytes == 0 && from_server.error != EAGAIN)
      co_return from_server.error == 0 ? Reason::upstream_closed : Reason::upstream_reset;
    if (from_server.bytes != 0) {
      const auto told = co_await session.client->write_all(std::span(chunk).first(from_server.bytes), deadline);
      session.traffic.from_upstream += told.bytes;
      passed += told.bytes;
      if (told.error != 0) co_return told.error == ECANCELED ? Reason::gate_stopped : Reason::hello_incomplete;
      continue;
    }
    const auto either = co_await session.client->readable_or(*session.upstream, deadline);
    if (either.error != 0) co_return either.error == ECANCELED ? Reason::gate_stopped : Reason::hello_timeout;
  }
  co_return Reason::server_hello_malformed;
}

Awaitable<Reason> read_opening(Session& session, Protocol spoken, SteadyTime deadline) {
  session.stage = Stage::first_flight;
  session.first_flight_at = std::chrono::steady_clock::now();
  const Reason read = co_await read_either(session, spoken, deadline);
  if (read == Reason::not_tls) session.resembles = resembles(as_bytes(session.received()));
  co_return read;
}

Reason judge_hello_of(Session& session) {
  session.first_flight_time =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - session.first_flight_at);
  const auto hello = parse_hello(session.hello_reader.body());
  if (hello.has_error()) return hello.error();
  session.hello = *hello;
  const Reason judged = judge_hello(*hello, session.asked->target.host, rules_for(session));
  if (judged != Reason::allowed && !is_lifted(session, judged)) return judged;
  if (!session.ja4) session.ja4 = ja4_of(*hello);
  if (judged == Reason::allowed) return judged;
  session.lifted = judged;
  // The first reason is the one that would have ended it.
  if (session.verdict.would_deny == Reason::allowed) session.verdict.would_deny = judged;
  return Reason::allowed;
}

Reason judge_opening(Session& session) {
  return session.opening == Opening::tls ? judge_hello_of(session) : Reason::allowed;
}

Awaitable<Reason> pass_opening_on(Session& session) {
  session.stage = Stage::first_flight;
  if (session.opening == Opening::other) {
    record_other(session);
    co_return Reason::allowed;
  }
  if (session.opening == Opening::prelogin) {
    const Reason agreed = co_await agree_on_encryption(session);
    if (agreed != Reason::allowed) co_return agreed;
  }
  const Reason heard = co_await hear_server(session);
  if (heard == Reason::allowed) record_passed(session);
  co_return heard;
}

}  // namespace shirgate
