#include "audit/passed.hpp"

#include "audit/report.hpp"

namespace shirgate {

void Passed::add(const LogLine& line) {
  if (line.action == Action::open) {
    add_open(line);
    return;
  }
  if (line.action != Action::checked && line.action != Action::close) return;
  const auto runtime = runtimes_.find(std::string(line.runtime));
  if (runtime == runtimes_.end()) return;
  const auto host = runtime->second.hosts.find(target_of(line));
  if (host == runtime->second.hosts.end()) return;
  const auto reason = parse_reason(line.would_deny);
  if (line.action == Action::checked && reason && row_of(*reason).stage == Stage::first_flight)
    host->second.lifted = line.would_deny;
  if (line.action == Action::close) host->second.bytes_from_client += line.bytes_from_client;
}

void Passed::add_open(const LogLine& line) {
  ++tunnels_;
  if (first_seen_.empty() || line.time < first_seen_) first_seen_ = line.time;
  if (last_seen_ < line.time) last_seen_ = line.time;
  auto* host = host_of(line);
  if (host == nullptr) {
    ++left_out_;
    return;
  }
  ++host->tunnels;
  if (!line.channel.empty() && host->channels.size() < PassedHost::max_channels) host->channels.emplace(line.channel);
  if (!line.upstream.empty() && !host->addresses.contains(std::string(line.upstream))) {
    host->more_addresses = host->more_addresses || host->addresses.size() >= PassedHost::max_addresses;
    if (!host->more_addresses) host->addresses.emplace(line.upstream);
  }
  if (host->first_seen.empty() || line.time < host->first_seen) host->first_seen = line.time;
  if (host->last_seen < line.time) host->last_seen = line.time;
}

PassedHost* Passed::host_of(const LogLine& line) {
  std::string name(line.runtime);
  if (hosts_ >= max_hosts && !runtimes_.contains(name)) return nullptr;
  auto& runtime = runtimes_[std::move(name)];
  std::string client(line.client);
  if (!runtime.clients.contains(client)) {
    runtime.more_clients = runtime.more_clients || runtime.clients.size() >= max_clients;
    if (!runtime.more_clients && !client.empty()) runtime.clients.insert(std::move(client));
  }
  const auto target = target_of(line);
  const auto found = runtime.hosts.find(target);
  if (found != runtime.hosts.end()) return &found->second;
  if (hosts_ >= max_hosts) return nullptr;
  ++hosts_;
  return &runtime.hosts[target];
}

}  // namespace shirgate
