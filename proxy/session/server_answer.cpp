#include "proxy/session/server_answer.hpp"

#include <algorithm>

#include "certs/certificate_facts.hpp"
#include "proxy/first_flight/retried_hello.hpp"
#include "proxy/first_flight/server_flight.hpp"
#include "proxy/first_flight/tds_packet.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/session/bytes.hpp"
#include "proxy/session/first_flight.hpp"

namespace shirgate {
namespace {

/// What an event shows of a certificate: enough to know it by.
constexpr std::size_t max_shown_names_bytes = 160;
constexpr std::size_t max_shown_issuer_bytes = 96;

/// The client's next `count` bytes, which have been judged.
Awaitable<Reason> send_up(Session& session, std::size_t count, SteadyTime deadline) {
  if (const Reason judged = judge_by_what_is_in_force(session); judged != Reason::allowed) co_return judged;
  const auto sent = co_await session.upstream->write_all(session.received().substr(0, count), deadline);
  session.traffic.from_client += sent.bytes;
  if (sent.error == ETIMEDOUT) co_return Reason::server_hello_timeout;
  if (sent.error == ECANCELED) co_return Reason::gate_stopped;
  if (sent.error != 0) co_return Reason::upstream_reset;
  session.consume(count);
  co_return Reason::allowed;
}

/// The server's TLS, out of the packets it travels in where SQL is spoken.
class Unwrapping {
 public:
  explicit Unwrapping(Opening opening) : wrapped_(opening == Opening::prelogin) {}

  /// Feeds what of `bytes` is TLS, as far as it is wanted. False where the packets can't be read.
  bool feed(ServerFlightReader& answer, std::span<const std::uint8_t> bytes) {
    if (!wrapped_) {
      answer.feed(bytes);
      return true;
    }
    while (!bytes.empty() && answer.wants_more()) {
      const auto step = packets_.take(bytes);
      if (step.has_error()) return false;
      answer.feed(step->payload);
      bytes = bytes.subspan(step->taken);
    }
    return true;
  }

 private:
  bool wrapped_;
  TdsPacketReader packets_{TdsPacketType::prelogin, 2 * max_server_flight_bytes};
};

Reason reason_of(ServerOpening opening) {
  return opening == ServerOpening::unreadable ? Reason::server_hello_malformed : Reason::allowed;
}

/// Reads from the server, passing all on, until `answer` wants no more. Once it is decided what it is, the rest is only
/// for the audit, and neither lateness nor an end is held against it.
Awaitable<Reason> listen_to_server(Session& session, ServerFlightReader& answer, SteadyTime deadline) {
  Unwrapping tls(session.opening);
  std::array<char, 4096> chunk;
  while (answer.wants_more()) {
    const bool decided = answer.opening() != ServerOpening::undecided;
    const auto got = co_await session.upstream->read_some(chunk, deadline);
    if (got.error == ECANCELED) co_return Reason::gate_stopped;
    if (got.error == ETIMEDOUT) co_return decided ? Reason::allowed : Reason::server_hello_timeout;
    if (got.error != 0) co_return Reason::upstream_reset;
    if (got.bytes == 0) co_return Reason::allowed;  // the relay meets the same end and passes it on
    const std::string_view bytes(chunk.data(), got.bytes);
    const bool readable = tls.feed(answer, as_bytes(bytes));
    const auto told = co_await session.client->write_all(bytes, deadline);
    session.traffic.from_upstream += told.bytes;
    if (told.error == ECANCELED) co_return Reason::gate_stopped;
    if (told.error != 0) co_return Reason::hello_incomplete;
    if (!readable) co_return decided ? Reason::allowed : Reason::server_hello_malformed;
  }
  co_return reason_of(answer.opening());
}

void note_certificate(ServerFacts& server, std::span<const std::uint8_t> leaf) {
  const auto facts = read_certificate(leaf);
  if (!facts) return;
  for (const auto& name : facts->dns_names) {
    if (server.names.size() + name.size() > max_shown_names_bytes) break;
    server.names.append(server.names.empty() ? "" : ",").append(name);
  }
  server.issuer = facts->issuer.substr(0, max_shown_issuer_bytes);
}

void note(ServerFacts& server, const ServerFlightReader& answer) {
  server.version = static_cast<std::uint16_t>(answer.version().value_or(TlsVersion{}));
  if (answer.leaf_certificate() == LeafCertificate::whole) note_certificate(server, answer.leaf());
}

/// The least version is for what is spoken, not only for what is on offer.
bool is_too_old(const Session& session) {
  const auto* rule = session.snapshot->policy->rule(session.verdict.rule);
  const auto minimum = rule == nullptr ? TlsVersion::tls1_2 : rule->hello.minimum_version;
  return session.server.version != 0 && TlsVersion{session.server.version} < minimum;
}

/// Takes the packets off the client's second flight where SQL is spoken.
Result<HelloProgress> feed_wrapped(RetriedHelloReader& hello, TdsPacketReader& packets,
                                   std::span<const std::uint8_t> bytes) {
  Result<HelloProgress> progress = HelloProgress::more;
  while (!bytes.empty() && progress.has_value() && *progress == HelloProgress::more) {
    const auto step = packets.take(bytes);
    if (step.has_error()) return Reason::hello_malformed;
    progress = hello.feed(step->payload);
    bytes = bytes.subspan(step->taken);
  }
  return progress;
}

/// The server asked again: nothing more goes up until the second hello is whole and judged.
Awaitable<Reason> pass_second_hello(Session& session, SteadyTime deadline) {
  const auto early = session.hello->early_data ? EarlyData::offered : EarlyData::not_offered;
  session.hello.reset();
  RetriedHelloReader hello(session.hello_reader, early);
  TdsPacketReader packets(TdsPacketType::prelogin, 2 * max_retried_flight_bytes);
  const bool wrapped = session.opening == Opening::prelogin;
  for (std::size_t fed = 0;;) {
    const auto bytes = as_bytes(session.received().substr(fed));
    const auto progress = wrapped ? feed_wrapped(hello, packets, bytes) : hello.feed(bytes);
    fed = session.received().size();
    if (progress.has_error()) co_return progress.error();
    if (*progress == HelloProgress::done) break;
    // The request was known for one by its first bytes; the rest of it may be on its way still.
    const Reason got = co_await receive_while_server_speaks(session, deadline);
    if (got != Reason::allowed) co_return got;
  }
  const Reason judged = judge_hello_of(session);
  if (judged != Reason::allowed) co_return judged;
  // The server has just refused it, and no honest client offers it again (RFC 8446 section 4.1.2).
  if (session.hello->early_data) co_return Reason::hello_malformed;
  co_return co_await send_up(session, hello.flight_bytes() + (wrapped ? packets.header_bytes() : 0), deadline);
}

}  // namespace

Awaitable<Reason> hear_server(Session& session) {
  auto deadline = flight_deadline(session);
  Reason reason = co_await send_up(session, session.flight_bytes, deadline);
  if (reason != Reason::allowed) co_return reason;
  ServerFlightReader answer;
  reason = co_await listen_to_server(session, answer, deadline);
  if (reason != Reason::allowed) co_return reason;
  note(session.server, answer);
  if (is_too_old(session)) co_return Reason::tls_version_refused;
  session.server.hello_retry = answer.opening() == ServerOpening::hello_retry;
  if (!session.server.hello_retry) co_return Reason::allowed;
  session.server.version = static_cast<std::uint16_t>(TlsVersion::tls1_3);  // there is no other that asks again
  deadline = flight_deadline(session);
  co_return co_await pass_second_hello(session, deadline);
}

}  // namespace shirgate
