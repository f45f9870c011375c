#include "proxy/session/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/gate/worker.hpp"
#include "proxy/ingress/reply.hpp"
#include "proxy/operational_log.hpp"
#include "proxy/session/caught.hpp"
#include "proxy/session/events.hpp"
#include "proxy/session/first_flight.hpp"
#include "proxy/session/goodbye.hpp"
#include "proxy/session/judge_tunnel.hpp"

namespace shirgate {
namespace {

/// For the request of a client that no runtime lists, which can only be refused.
constexpr std::chrono::milliseconds stranger_timeout{2000};

/// For an event to get to the disk, where the client has to wait for that.
constexpr std::chrono::seconds audit_limit{10};

std::chrono::microseconds since(SteadyTime then) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - then);
}

Time wall_clock() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// Step 2: the first bytes become a question.
Awaitable<Reason> read_request(Session& session) {
  session.stage = Stage::request;
  const auto& settings = session.snapshot->settings;
  const auto limit = session.runtime ? settings.request_timeout : std::min(settings.request_timeout, stranger_timeout);
  const auto deadline = session.accepted_at + limit;
  for (;;) {
    const auto state = session.head.read(session.received());
    if (state == RequestHead::State::refused) co_return session.head.reason();
    if (state == RequestHead::State::whole) break;
    const auto got = co_await session.client->read_some(session.room(), deadline);
    if (got.error == ETIMEDOUT) co_return Reason::request_timeout;
    if (got.error == ECANCELED) co_return Reason::gate_stopped;
    if (got.error != 0 || got.bytes == 0) co_return Reason::request_incomplete;
    session.received_more(got.bytes);
  }
  session.asked = session.head.asked();
  // What follows the head belongs to the tunnel.
  session.consume(session.head.consumed());
  co_return Reason::allowed;
}

/// Step 3: whose client is it, and is this its door?
Reason identify(Session& session) {
  session.stage = Stage::identify;
  const auto door_of = session.ingress.runtime;
  const bool listed = session.runtime && (door_of.empty() || door_of == *session.runtime);
  return listed ? Reason::allowed : Reason::client_not_listed;
}

/// Step 4: may it reach that? Decided before anything is looked up.
Reason decide(Session& session) {
  session.stage = Stage::policy;
  if (!session.asked) return Reason::ip_literal_not_listed;
  session.verdict = session.snapshot->policy->decide(*session.runtime, *session.asked, wall_clock());
  if (session.verdict.allowed() && session.verdict.protocol == Protocol::http) return Reason::protocol_not_served;
  return session.verdict.reason;
}

/// Step 5, first half: the name becomes addresses, and every one of them is judged.
Awaitable<Reason> resolve(Session& session) {
  session.stage = Stage::dns;
  const auto& settings = session.snapshot->settings;
  const auto* rule = session.snapshot->policy->rule(session.verdict.rule);
  const auto stale = rule != nullptr && rule->addresses.empty() ? Stale::allowed : Stale::refused;
  const auto started = std::chrono::steady_clock::now();
  const auto deadline = started + settings.dns_timeout;
  auto answer =
      co_await session.worker.resolver().resolve(session.asked->target.host, settings.dns_hosts, stale, deadline);
  session.dns_time = since(started);
  if (answer.has_error()) co_return answer.error();
  session.stage = Stage::address;
  session.addresses = *std::move(answer);
  co_return session.snapshot->policy->judge_addresses(session.verdict, session.addresses);
}

/// Step 5, second half. Dials what was judged, never the name again: a second look-up may answer differently.
Awaitable<Reason> reach(Session& session) {
  session.stage = Stage::dial;
  const auto& settings = session.snapshot->settings;
  const auto started = std::chrono::steady_clock::now();
  const auto deadline = started + settings.connect_timeout;
  const auto found = settings.lab_dial.find(to_string(session.asked->target));
  const auto* instead = found == settings.lab_dial.end() ? nullptr : &found->second;
  const auto port = session.asked->target.port;
  auto dialled = co_await dial(session.worker.loop(), session.worker.foreign_addresses(), session.addresses, port,
                               instead, deadline);
  session.dial_time = since(started);
  if (dialled.has_error()) {
    if (dialled.error() == Reason::address_own) session.stage = Stage::address;
    co_return dialled.error();
  }
  session.upstream = std::move(dialled->socket);
  session.dialled = dialled->address;
  co_return Reason::allowed;
}

/// Step 6: on the record first.
Awaitable<Reason> open(Session& session) {
  session.stage = Stage::audit;
  const auto& verdict = session.verdict;
  session.first_use = verdict.by_wildcard && session.worker.first_uses().note(verdict.rule, session.asked->target.host);
  const auto ticket = session.worker.audit().append(event_about(session, Action::open));
  session.opened = ticket.taken;
  const auto deadline = session.worker.loop().now() + audit_limit;
  const bool accepted = co_await session.worker.acceptance().of(ticket, deadline);
  co_return accepted ? Reason::allowed : Reason::audit_unavailable;
}

/// Then the 200.
Awaitable<Reason> confirm(Session& session) {
  session.stage = Stage::first_flight;
  const auto deadline = session.worker.loop().now() + session.snapshot->settings.hello_timeout;
  session.confirmed = true;  // a part of it may have gone out, whatever becomes of the rest
  const auto sent = co_await session.client->write_all(established_reply, deadline);
  if (sent.error == ECANCELED) co_return Reason::gate_stopped;
  co_return sent.error == 0 ? Reason::allowed : Reason::hello_incomplete;
}

/// Steps 5 and 6, for a question that was allowed. Each line may be the last.
Awaitable<Reason> reach_and_open(Session& session) {
  Reason reason = co_await resolve(session);
  if (reason == Reason::allowed) reason = co_await reach(session);
  if (reason == Reason::allowed) reason = co_await open(session);
  co_return reason;
}

/// CONNECT: the client says what it wants, hears whether it may, and then begins.
Awaitable<Reason> set_up_connect(Session& session) {
  Reason reason = co_await read_request(session);
  // An address instead of a name is well-formed, and no rule can list it: a matter of policy, so who asks comes first.
  if (reason != Reason::allowed && reason != Reason::ip_literal_not_listed) co_return reason;
  reason = identify(session);
  if (reason == Reason::allowed) reason = decide(session);
  if (reason == Reason::allowed) reason = co_await reach_and_open(session);
  if (reason == Reason::allowed) reason = co_await confirm(session);
  const auto deadline = flight_deadline(session);
  if (reason == Reason::allowed) reason = co_await read_opening(session, session.verdict.protocol, deadline);
  if (reason == Reason::allowed) reason = judge_opening(session);
  co_return reason;
}

/// [[forward]] and [[transparent]]: the client takes the gate for the server and begins at once.
Awaitable<Reason> set_up_caught(Session& session) {
  Reason reason = identify(session);
  if (reason == Reason::allowed) reason = co_await find_out_target(session);
  if (reason == Reason::allowed) reason = decide(session);
  if (reason == Reason::allowed && session.opening == Opening::prelogin && session.verdict.protocol != Protocol::tds)
    reason = Reason::not_tls;
  if (reason == Reason::allowed && (session.opening == Opening::tls || session.answered)) {
    session.stage = Stage::first_flight;
    reason = judge_hello_of(session);
  }
  if (reason == Reason::allowed) reason = co_await reach_and_open(session);
  co_return reason;
}

std::chrono::milliseconds idle_limit(const Session& session) {
  const auto* rule = session.snapshot->policy->rule(session.verdict.rule);
  return rule != nullptr && rule->may_be_quiet ? std::chrono::milliseconds(0) : session.snapshot->settings.idle_timeout;
}

/// Step 8.
Reason hand_over(Session& session) {
  if (const Reason judged = judge_by_what_is_in_force(session); judged != Reason::allowed) return judged;
  Handover handover{.facts = facts_of(session), .permit = std::move(session.permit)};
  const auto& settings = session.snapshot->settings;
  handover.limits = {idle_limit(session), settings.half_close_timeout, settings.progress_interval};
  handover.to_upstream = session.received();
  handover.already = session.traffic;
  handover.client = std::move(session.client);
  handover.upstream = std::move(session.upstream);
  session.worker.relay().adopt(std::move(handover));
  return Reason::allowed;
}

/// From an accepted connection to the relay.
Awaitable<Reason> set_up(Session& session) {
  Reason reason = Reason::internal_error;
  if (session.ingress.kind == IngressKind::connect)
    reason = co_await set_up_connect(session);
  else
    reason = co_await set_up_caught(session);
  // Before the first byte of the client goes up, and again when the relay takes over.
  if (reason == Reason::allowed) reason = judge_by_what_is_in_force(session);
  if (reason == Reason::allowed) reason = co_await pass_opening_on(session);
  co_return reason == Reason::allowed ? hand_over(session) : reason;
}

}  // namespace

Session::Session(Worker& at, const Ingress& door, std::unique_ptr<Socket> socket, const Endpoint& from,
                 std::uint64_t request)
    : worker(at),
      ingress(door),
      snapshot(at.snapshot()),
      client(std::move(socket)),
      peer(from),
      id(request),
      accepted_at(at.loop().now()),
      runtime(snapshot->policy->identify(from.address)) {
  worker.begin_session();
}

Reason judge_by_what_is_in_force(const Session& session) {
  const auto& in_force = session.worker.snapshot();
  if (in_force == session.snapshot) return Reason::allowed;
  return judge_tunnel(*in_force->policy, facts_of(session), wall_clock());
}

Session::~Session() { worker.end_session(); }

void Session::consume(std::size_t count) {
  std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(count), bytes_.begin() + static_cast<std::ptrdiff_t>(filled_),
            bytes_.begin());
  filled_ -= count;
}

Awaitable<void> serve(std::unique_ptr<Session> session) {
  Reason reason = Reason::internal_error;
  try {
    reason = co_await set_up(*session);
  } catch (const std::exception& error) {
    // Out of memory, most likely. Only this session ends, and the log says so.
    operational_log::error(fmt::format("a session threw: {}", error.what()));
  }
  if (reason != Reason::allowed) co_await dismiss(*session, reason);
}

Awaitable<void> turn_away(std::unique_ptr<Session> session, Reason reason) { co_await dismiss(*session, reason); }

}  // namespace shirgate
