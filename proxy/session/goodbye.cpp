#include "proxy/session/goodbye.hpp"

#include "proxy/first_flight/alert.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/ingress/reply.hpp"
#include "proxy/session/bytes.hpp"
#include "proxy/session/events.hpp"

namespace shirgate {
namespace {

constexpr std::chrono::seconds goodbye_limit{1};
constexpr std::size_t max_drained_bytes = 64 * 1024;

/// Gives back its place however the coroutine ends.
class LingerPlace {
 public:
  explicit LingerPlace(Worker& worker) : worker_(worker) { worker_.begin_lingering(); }
  ~LingerPlace() { worker_.end_lingering(); }
  LingerPlace(const LingerPlace&) = delete;
  LingerPlace& operator=(const LingerPlace&) = delete;

 private:
  Worker& worker_;
};

/// Lets the client read the answer: a close with unread bytes would send a reset that overtakes it (RFC 9112 section
/// 9.6). What still comes is thrown away unread, for a bounded time and amount; nothing more is parsed (RFC 9931).
Awaitable<void> say_and_linger(Session& session, std::string_view last_words) {
  if (!session.client) co_return;  // a hand-over that failed half-way has closed it
  const auto deadline = std::chrono::steady_clock::now() + goodbye_limit;
  if (!last_words.empty()) {
    const auto sent = co_await session.client->write_all(last_words, deadline);
    if (sent.error != 0) co_return;
  }
  session.client->shut_writing();
  if (!session.worker.may_linger()) co_return;
  const LingerPlace place(session.worker);
  session.consume(session.received().size());
  for (std::size_t drained = 0; drained < max_drained_bytes;) {
    const auto got = co_await session.client->read_some(session.room(), deadline);
    if (got.error != 0 || got.bytes == 0) co_return;
    drained += got.bytes;
  }
}

EndedBy ended_by(Reason reason) {
  switch (reason) {
    case Reason::hello_incomplete: return EndedBy::client;
    case Reason::server_hello_timeout:
    case Reason::server_hello_malformed:
    case Reason::upstream_closed:
    case Reason::upstream_reset: return EndedBy::upstream;
    default: return EndedBy::gate;
  }
}

/// What is known beyond the reason's own advice; it lives as long as the session's snapshot.
std::string_view advice_for(const Session& session, Reason reason) {
  const auto* rule = session.snapshot->policy->rule(session.verdict.rule);
  return reason == Reason::address_not_expected && rule != nullptr ? std::string_view(rule->address_advice)
                                                                   : std::string_view();
}

/// What a client that has begun TLS understands: the reason's alert, or `otherwise`. Empty where it speaks something
/// else, or would have to unwrap it.
std::string alert_for(const Session& session, Reason reason, std::optional<TlsAlert> otherwise) {
  const auto alert = row_of(reason).alert ? row_of(reason).alert : otherwise;
  const bool begun = session.hello || session.ja4 || session.hello_reader.flight_bytes() != 0;
  if (!alert || !begun || session.opening == Opening::prelogin || reason == Reason::not_tls) return {};
  const auto record = tls_alert_record(*alert);
  return std::string(as_text(record));
}

TlsFacts tls_facts(const Session& session) { return {.sni = session.hello->sni.text, .ech = session.hello->ech}; }

Event ending_event(const Session& session, Reason reason) {
  if (session.opened) {
    auto event = event_about(session, Action::close);
    event.ended_by = ended_by(reason);
    event.traffic = session.traffic;
    return event;
  }
  auto event = event_about(session, is_failure_of_the_world(reason) ? Action::failed : Action::denied);
  if (session.stage == Stage::address) event.resolved = session.addresses;
  return event;
}

std::string last_words(const Session& session, Reason reason) {
  if (session.confirmed) return alert_for(session, reason, std::nullopt);
  // Who does not know of the gate would not understand HTTP.
  if (session.ingress.kind != IngressKind::connect)
    return alert_for(session, reason, session.opened ? std::nullopt : std::optional(TlsAlert::access_denied));
  const Refusal refusal{.reason = reason,
                        .tunnel = session.id,
                        .target = session.target(),
                        .rule = session.verdict.rule.text(),
                        .advice = advice_for(session, reason),
                        .identified = session.runtime.has_value(),
                        .json = session.head.wants_json()};
  return refusal_reply(refusal);
}

}  // namespace

Awaitable<void> dismiss(Session& session, Reason reason) {
  auto event = ending_event(session, reason);
  event.reason = reason;
  event.stage = session.stage;
  event.resembles = session.resembles;
  if (session.hello) event.tls = tls_facts(session);
  static_cast<void>(session.worker.audit().append(event));

  session.upstream.reset();
  const auto words = last_words(session, reason);
  co_await say_and_linger(session, words);
}

}  // namespace shirgate
