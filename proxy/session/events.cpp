#include "proxy/session/events.hpp"

#include "proxy/gate/worker.hpp"

namespace shirgate {

Event event_about(const Session& session, Action action) {
  Event event{.action = action,
              .at = std::chrono::system_clock::now(),
              .tunnel = session.id,
              .client = session.peer,
              .runtime = session.runtime.value_or(Name()),
              .channel = session.verdict.channel,
              .rule = session.verdict.rule,
              .target = session.target(),
              .ingress = session.ingress.kind,
              .mode = session.verdict.mode,
              .would_deny = session.verdict.would_deny,
              .lab = session.snapshot->settings.lab_enabled};
  if (event.target == nullptr) event.asked = session.head.target_text();
  if (is_refusal(action) || action == Action::open) event.original = session.original;
  if (session.upstream) event.upstream = session.dialled;
  if (ends_request(action))
    event.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - session.accepted_at);
  if (action == Action::open) {
    event.first_use = session.first_use;
    event.policy = session.snapshot->policy->fingerprint();
    event.dns_time = session.dns_time;
    event.dial_time = session.dial_time;
  }
  return event;
}

TunnelFacts facts_of(const Session& session) {
  return {.id = session.id,
          .client = session.peer,
          .target = session.asked->target,
          .upstream = session.dialled,
          .verdict = session.verdict,
          .accepted_at = session.accepted_at,
          .ingress = session.ingress.kind,
          .ech = session.hello && session.hello->ech,
          .lab = session.snapshot->settings.lab_enabled};
}

}  // namespace shirgate
