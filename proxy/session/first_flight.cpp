#include "proxy/session/first_flight.hpp"

#include <boost/algorithm/string/join.hpp>

#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/session/events.hpp"

namespace shirgate {
namespace {

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Reads until the hello is whole: `allowed`, or why it never will be.
Awaitable<Reason> read_hello(Session& session, SteadyTime deadline) {
  std::size_t fed = 0;
  for (;;) {
    const auto progress = session.hello_reader.feed(as_bytes(session.received().substr(fed)));
    fed = session.received().size();
    if (progress.has_error()) co_return progress.error();
    if (*progress == HelloProgress::done) co_return Reason::allowed;
    const auto got = co_await session.client->read_some(session.room(), deadline);
    if (got.error == ETIMEDOUT) co_return Reason::hello_timeout;
    if (got.error == ECANCELED) co_return Reason::gate_stopped;
    if (got.error != 0 || got.bytes == 0) co_return Reason::hello_incomplete;
    session.received_more(got.bytes);
  }
}

void record_passed(Session& session) {
  const auto& hello = *session.hello;
  const auto alpn = boost::algorithm::join(hello.alpn, ",");
  auto event = event_about(session, Action::checked);
  event.tls = TlsFacts{.sni = session.asked->target.host.text(),
                       .alpn = alpn,
                       .max_version = static_cast<std::uint16_t>(hello.max_version.value_or(TlsVersion{})),
                       .ech = hello.ech};
  event.first_flight_time = session.first_flight_time;
  static_cast<void>(session.worker.audit().append(event));
}

}  // namespace

Awaitable<Reason> check_first_flight(Session& session) {
  session.stage = Stage::first_flight;
  const auto started = std::chrono::steady_clock::now();
  const auto deadline = started + session.snapshot->settings.hello_timeout;
  const Reason read = co_await read_hello(session, deadline);
  if (read == Reason::not_tls) session.resembles = resembles(as_bytes(session.received()));
  if (read != Reason::allowed) co_return read;

  auto hello = parse_hello(session.hello_reader.body());
  if (hello.has_error()) co_return hello.error();
  session.hello = *std::move(hello);
  const HelloRules rules;
  const Reason judged = judge_hello(*session.hello, session.asked->target.host, rules);
  if (judged != Reason::allowed) co_return judged;
  session.first_flight_time =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
  record_passed(session);
  co_return Reason::allowed;
}

}  // namespace shirgate
