#include "proxy/session/first_flight.hpp"

#include <boost/algorithm/string/join.hpp>

#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/session/events.hpp"
#include "proxy/session/tds_flight.hpp"

namespace shirgate {
namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The hello against the rules of its runtime.
Reason judge(const Session& session) {
  const auto* runtime = session.snapshot->policy->runtime(session.verdict.runtime);
  const bool browser = runtime != nullptr && runtime->kind == RuntimeKind::browser;
  return judge_hello(*session.hello, session.asked->target.host, {.ech_allowed = browser});
}

/// In report mode a wrong or missing name is recorded and goes through.
bool is_lifted(const Session& session, Reason judged) {
  return session.verdict.mode == Mode::report && may_be_lifted(judged);
}

void record_passed(Session& session, Reason judged) {
  const auto& hello = *session.hello;
  const auto& sni = hello.sni;
  const auto alpn = boost::algorithm::join(hello.alpn, ",");
  auto event = event_about(session, Action::checked);
  event.tls = TlsFacts{.sni = sni.host ? std::string_view(sni.host->text()) : std::string_view(sni.raw),
                       .alpn = alpn,
                       .max_version = static_cast<std::uint16_t>(hello.max_version.value_or(TlsVersion{})),
                       .ech = hello.ech};
  if (judged != Reason::allowed) event.would_deny = judged;
  event.first_flight_time = session.first_flight_time;
  static_cast<void>(session.worker.audit().append(event));
}

}  // namespace

Awaitable<Reason> receive_more(Session& session, SteadyTime deadline) {
  const auto got = co_await session.client->read_some(session.room(), deadline);
  if (got.error == ETIMEDOUT) co_return Reason::hello_timeout;
  if (got.error == ECANCELED) co_return Reason::gate_stopped;
  if (got.error != 0 || got.bytes == 0) co_return Reason::hello_incomplete;
  session.received_more(got.bytes);
  co_return Reason::allowed;
}

Awaitable<Reason> read_tls_hello(Session& session, SteadyTime deadline) {
  std::size_t fed = 0;
  for (;;) {
    const auto progress = session.hello_reader.feed(as_bytes(session.received().substr(fed)));
    fed = session.received().size();
    if (progress.has_error()) co_return progress.error();
    if (*progress == HelloProgress::done) co_return Reason::allowed;
    const Reason got = co_await receive_more(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
}

Awaitable<Reason> check_first_flight(Session& session) {
  session.stage = Stage::first_flight;
  const auto started = std::chrono::steady_clock::now();
  const auto deadline = started + session.snapshot->settings.hello_timeout;
  Reason read = Reason::internal_error;
  if (session.verdict.protocol == Protocol::tds)
    read = co_await read_tds_hello(session, deadline);
  else
    read = co_await read_tls_hello(session, deadline);
  if (read == Reason::not_tls) session.resembles = resembles(as_bytes(session.received()));
  if (read != Reason::allowed) co_return read;

  auto hello = parse_hello(session.hello_reader.body());
  if (hello.has_error()) co_return hello.error();
  session.hello = *std::move(hello);
  const Reason judged = judge(session);
  if (judged != Reason::allowed && !is_lifted(session, judged)) co_return judged;
  // The first reason is the one that would have ended it.
  if (session.verdict.would_deny == Reason::allowed) session.verdict.would_deny = judged;
  session.first_flight_time =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
  record_passed(session, judged);
  co_return Reason::allowed;
}

}  // namespace shirgate
