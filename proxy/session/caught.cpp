#include "proxy/session/caught.hpp"

#include <algorithm>

#include "policy/sql_port.hpp"
#include "proxy/gate/worker.hpp"
#include "proxy/loop/original.hpp"
#include "proxy/session/first_flight.hpp"
#include "proxy/session/tds_flight.hpp"

namespace shirgate {
namespace {

/// Where a caught connection was going. One that came to the gate itself was not caught, and has no port to serve.
Reason find_out_original(Session& session) {
  const auto& ingress = session.ingress;
  const int fd = session.client->fd();
  session.original = ingress.kind == IngressKind::tproxy ? local_endpoint(fd) : original_of_redirected(fd);
  if (!session.original || *session.original == ingress.listen || session.original->port == ingress.listen.port)
    return Reason::not_intercepted;
  const bool served =
      std::find(ingress.ports.begin(), ingress.ports.end(), session.original->port) != ingress.ports.end();
  return served ? Reason::allowed : Reason::port_not_listed;
}

/// The port the client believes to have reached.
std::uint16_t port_of(const Session& session) { return session.original ? session.original->port : sql_port; }

/// Only the hello can say which server is meant.
Reason take_target_from_hello(Session& session) {
  const auto hello = parse_hello(session.hello_reader.body());
  if (hello.has_error()) return hello.error();
  session.hello = *hello;
  if (hello->sni.state == SniState::absent) return Reason::sni_absent;
  if (hello->sni.state == SniState::malformed) return Reason::sni_malformed;
  auto host = parse_host(hello->sni.text);
  if (host.has_error()) return Reason::sni_malformed;
  session.asked = Asked{.target = {*std::move(host), port_of(session)}};
  return Reason::allowed;
}

}  // namespace

Awaitable<Reason> find_out_target(Session& session) {
  session.stage = Stage::identify;
  if (session.ingress.is_transparent()) {
    const Reason found = find_out_original(session);
    if (found != Reason::allowed) co_return found;
  }
  const auto& fixed = session.ingress.target;
  if (fixed) session.asked = Asked{.target = *fixed};
  const auto port = fixed ? fixed->port : port_of(session);
  const auto spoken = port == sql_port ? Protocol::tds : Protocol::tls;
  const auto deadline = session.accepted_at + session.snapshot->settings.hello_timeout;
  Reason reason = co_await read_opening(session, spoken, deadline);
  if (reason != Reason::allowed || fixed) co_return reason;
  if (session.opening == Opening::prelogin) {
    if (!session.ingress.sql_by_sni) co_return Reason::sql_target_required;
    reason = co_await answer_offer(session, deadline);
    if (reason != Reason::allowed) co_return reason;
  }
  co_return take_target_from_hello(session);
}

}  // namespace shirgate
