#include "audit/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shirgate {
namespace {

/// Timestamps of one format compare as texts.
void note_time(std::string& first_seen, std::string& last_seen, std::string_view first, std::string_view last) {
  if (first_seen.empty() || first < first_seen) first_seen = first;
  if (last_seen < last) last_seen = last;
}

/// The server name of the hello. It is recorded as it was sent, and letter case makes no other name.
std::string lower(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

std::uint64_t tunnel_id(std::string_view text) {
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id, 16);
  return id;
}

}  // namespace

std::string target_of(const LogLine& line) {
  return line.host.empty() ? std::string(line.asked) : fmt::format("{}:{}", line.host, line.port);
}

HostSummary total_of(const Report::Hosts& hosts) {
  HostSummary total;
  const auto add = [&](const HostSummary& host) {
    total.tunnels += host.tunnels;
    total.cut += host.cut;
    total.failed += host.failed;
    total.torn += host.torn;
    total.open += host.open;
    total.bytes_from_client += host.bytes_from_client;
    total.bytes_from_upstream += host.bytes_from_upstream;
    total.dial_times.add(host.dial_times);
    if (!host.first_seen.empty()) note_time(total.first_seen, total.last_seen, host.first_seen, host.last_seen);
  };
  for (const auto& [target, host] : hosts.listed) add(host);
  add(hosts.rest);
  return total;
}

std::size_t Report::TunnelHash::operator()(const TunnelKey& key) const {
  // Ids count up from anywhere, so every bit must reach every other.
  auto hash = (key.id ^ (std::uint64_t{key.log} << 48)) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 32;
  return hash * 0xd6e8feb86659fd93;
}

void Report::add(const LogLine& line) {
  note_life(line);
  if (!filter_.takes(line)) return;
  ++lines_;
  note_time(first_seen_, last_seen_, line.time, line.time);
  add_matching(line);
}

void Report::note_life(const LogLine& line) {
  if (line.log >= lives_.size()) lives_.resize(line.log + std::size_t{1});
  if (!filter_.in_time(line)) return;
  auto& life = lives_[line.log];
  if (line.action == Action::start) life = {.last_start = line.seq};
  if (line.action == Action::stop) life.stopped = true;
}

void Report::add_matching(const LogLine& line) {
  switch (line.action) {
    case Action::open: add_open(line); break;
    case Action::checked: add_checked(line); break;
    case Action::progress: add_progress(line); break;
    case Action::close: add_close(line); break;
    case Action::torn: add_torn(line); break;
    case Action::denied: add_refused(line); break;
    case Action::failed: add_failed(line); break;
    default: return;
  }
  if (!line.would_deny.empty()) add_reported(line);
}

void Report::add_open(const LogLine& line) {
  auto& host = host_of(line);
  ++host.tunnels;
  ++hour_of(line).tunnels;
  host.addresses.add(line.upstream);
  if (line.dial_time) host.dial_times.add(*line.dial_time);
  if (host.rule != line.rule) host.rule = line.rule;
  if (line.first_use && host.first_use.empty()) host.first_use = line.time;
  note_rule(line);
  if (line.tunnel.empty() || open_.size() >= max_open_tunnels) return;
  open_.insert_or_assign(TunnelKey{tunnel_id(line.tunnel), line.log}, OpenTunnel{&host, line.seq});
}

void Report::add_checked(const LogLine& line) {
  host_of(line).snis.add(line.sni.empty() ? line.sni : lower(line.sni));
  note_rule(line);
}

/// Bytes so far. A tunnel that opened before these lines begin is met here first.
void Report::add_progress(const LogLine& line) {
  note_rule(line);
  auto& host = host_of(line);
  if (line.tunnel.empty()) return;
  const TunnelKey key{tunnel_id(line.tunnel), line.log};
  auto found = open_.find(key);
  if (found == open_.end()) {
    if (open_.size() >= max_open_tunnels) return;
    found = open_.emplace(key, OpenTunnel{&host, line.seq}).first;
  }
  found->second.bytes_from_client = line.bytes_from_client;
  found->second.bytes_from_upstream = line.bytes_from_upstream;
}

void Report::note_rule(const LogLine& line) {
  if (!line.rule.empty() && rules_used_.size() < max_rules && !rules_used_.contains(line.rule))
    rules_used_.emplace(line.rule);
}

void Report::add_close(const LogLine& line) {
  note_rule(line);
  auto& host = host_of(line);
  host.addresses.add(line.upstream);
  host.bytes_from_client += line.bytes_from_client;
  host.bytes_from_upstream += line.bytes_from_upstream;
  forget_tunnel(line);
  if (!line.is_cut()) return;
  ++host.cut;
  add_refused(line);
}

void Report::add_torn(const LogLine& line) {
  const auto found = open_.find(TunnelKey{tunnel_id(line.tunnel), line.log});
  if (found != open_.end()) {
    ++found->second.host->torn;
    add_bytes_so_far(found->second);
    open_.erase(found);
  } else if (!line.host.empty() && !line.channel.empty()) {
    ++host_of(line).torn;
  } else {
    ++torn_unknown_;
  }
}

void Report::add_failed(const LogLine& line) {
  // Without a channel it came before any rule was found: what it was for, nobody knows.
  if (!line.channel.empty()) {
    auto& host = host_of(line);
    host.failed += line.count;
    if (line.dial_time) host.dial_times.add(*line.dial_time);
  }
  add_refused(line);
}

void Report::add_bytes_so_far(const OpenTunnel& tunnel) {
  tunnel.host->bytes_from_client += tunnel.bytes_from_client;
  tunnel.host->bytes_from_upstream += tunnel.bytes_from_upstream;
}

void Report::forget_tunnel(const LogLine& line) { open_.erase(TunnelKey{tunnel_id(line.tunnel), line.log}); }

HostSummary& Report::host_of(const LogLine& line) {
  key_.clear();
  for (const auto part : {line.runtime, line.channel, line.host.empty() ? line.asked : line.host}) {
    key_ += part;
    key_ += '\0';
  }
  key_.push_back(static_cast<char>(line.port & 0xff));
  key_.push_back(static_cast<char>(line.port >> 8 & 0xff));
  const auto found = hosts_.find(std::string_view(key_));
  auto& host = found != hosts_.end() ? *found->second : new_host(line);
  note_time(host.first_seen, host.last_seen, line.time, line.time);
  return host;
}

HostSummary& Report::new_host(const LogLine& line) {
  // Runtimes and channels are the configuration's, so few; were they not, they would share one that is nobody's.
  const bool room = hosts_.size() < max_hosts;
  auto& channel = room || channels_.contains({std::string(line.runtime), std::string(line.channel)})
                      ? channels_[{std::string(line.runtime), std::string(line.channel)}]
                      : channels_[{}];
  if (!room) {
    channel.rest_hosts.add(key_);
    return channel.rest;
  }
  auto& host = channel.listed[target_of(line)];
  hosts_.emplace(key_, &host);
  return host;
}

RefusedSummary& Report::summary_of(Attempts& attempts, const LogLine& line, std::string_view reason, bool with_sni) {
  Refused key{std::string(line.runtime), target_of(line), with_sni ? lower(line.sni) : std::string(),
              std::string(reason)};
  const auto found = attempts.listed.find(key);
  if (found != attempts.listed.end()) return found->second;
  if (attempts.listed.size() < max_refused) return attempts.listed[std::move(key)];
  attempts.rest_targets.add(key.target);
  return attempts.rest;
}

namespace {

void add_to(RefusedSummary& summary, const LogLine& line) {
  summary.count += line.count;
  note_time(summary.first_seen, summary.last_seen, line.first_at.empty() ? line.time : line.first_at, line.time);
  summary.clients.add(line.client);
  for (const auto address : items_of(line.resolved)) summary.addresses.add(address);
  if (summary.channel.empty()) summary.channel = line.channel;
}

}  // namespace

void Report::add_refused(const LogLine& line) {
  hour_of(line).refused += line.count;
  // A cut tunnel asked for a listed host; what it was refused for is the name it really wanted.
  const bool another = !line.sni.empty() && lower(line.sni) != line.host;
  add_to(summary_of(refused_, line, line.reason, another), line);
}

void Report::add_reported(const LogLine& line) {
  const auto reason = parse_reason(line.would_deny);
  if (!reason || !tells_exception(line.action, *reason)) return;
  add_to(summary_of(reported_, line, line.would_deny, line.action == Action::checked), line);
}

Report::Hour& Report::hour_of(const LogLine& line) {
  const auto hour = line.time.substr(0, 13);
  if (hour_ != nullptr && hour_text_ == hour) return *hour_;
  // Were there more hours than that, the last one found takes them all.
  if (hours_.size() >= max_hours && !hours_.contains(std::string(hour))) return *hour_;
  hour_text_ = hour;
  hour_ = &hours_[hour_text_];
  return *hour_;
}

void Report::finish() {
  for (const auto& [key, tunnel] : open_) {
    const auto& life = lives_.at(key.log);
    const bool ended = life.stopped || tunnel.seq < life.last_start;
    ++(ended ? tunnel.host->torn : tunnel.host->open);
    add_bytes_so_far(tunnel);
  }
  open_.clear();
}

}  // namespace shirgate
