#include "proxy/gate/fixed_settings.hpp"

namespace shirgate {
namespace {

/// The setting of the audit log that differs, or empty.
std::string_view audit_difference(const Settings& now, const Settings& next) {
  if (now.audit_directory != next.audit_directory) return "[audit] directory";
  if (now.group_ms != next.group_ms) return "[audit] group_ms";
  if (now.durability != next.durability) return "[audit] durability";
  if (now.head_interval != next.head_interval) return "[audit] head_interval";
  if (now.segment_mib != next.segment_mib) return "[audit] segment_mib";
  if (now.segment_age != next.segment_age) return "[audit] segment_age";
  if (now.keep_days != next.keep_days) return "[audit] keep_days";
  if (now.keep_mib != next.keep_mib) return "[audit] keep_mib";
  if (now.keep_at_least_days != next.keep_at_least_days) return "[audit] keep_at_least_days";
  if (now.refusals_per_minute != next.refusals_per_minute) return "[audit] refusals_per_minute";
  return {};
}

}  // namespace

std::string_view fixed_difference(const Settings& now, const Settings& next) {
  if (now.listen != next.listen) return "[gate] listen";
  if (now.ingresses != next.ingresses) return "[[forward]] or [[transparent]]";
  if (now.workers != next.workers) return "[gate] workers";
  if (now.max_connections != next.max_connections) return "[gate] max_connections";
  if (now.max_connections_per_client != next.max_connections_per_client) return "[gate] max_connections_per_client";
  if (now.relay != next.relay) return "[gate] relay";
  if (const auto audit = audit_difference(now, next); !audit.empty()) return audit;
  if (now.sinks != next.sinks) return "[[sink]]";
  if (now.metrics_file != next.metrics_file) return "[metrics] file";
  if (now.metrics_interval != next.metrics_interval) return "[metrics] interval";
  if (now.dns_servers != next.dns_servers) return "[dns] servers";
  if (now.lab_enabled != next.lab_enabled) return "[lab] enabled";
  if (now.lab_dial != next.lab_dial) return "[lab] dial";
  return {};
}

}  // namespace shirgate
