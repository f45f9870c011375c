#include "config/load_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace shirgate {
namespace {

/// A channel that only reports must be one that some rule of the runtime has, or the word was mistyped.
void check_reported_channels(TableReader& file, const PolicyDraft& draft) {
  for (const auto& runtime : draft.runtimes) {
    if (!runtime.reporting) continue;
    for (const auto channel : runtime.reporting->channels) {
      const auto is_of_it = [&](const Rule& rule) { return rule.runtime == runtime.name && rule.channel == channel; };
      if (std::none_of(draft.rules.begin(), draft.rules.end(), is_of_it))
        file.complain("runtime", fmt::format("[[runtime]] '{}' mode: no rule of it has the channel '{}'",
                                             runtime.name.text(), channel.text()));
    }
  }
}

/// Two rules for one host and port, of which only one can decide, must agree where the host leads and what is spoken.
void check_addresses_agree(TableReader& file, const PolicyDraft& draft) {
  std::map<std::string, const Rule*> first;
  for (const auto& rule : draft.rules) {
    const auto what = fmt::format("{} {}:{}", rule.runtime.text(), rule.pattern.text(), rule.port);
    const auto [at, fresh] = first.emplace(what, &rule);
    if (fresh) continue;
    const auto& other = *at->second;
    if (other.protocol != rule.protocol || other.hello != rule.hello)
      file.complain("runtime",
                    fmt::format("'{}' and '{}' list the same host and port and ask different things of its TLS; give "
                                "both the same tls_minimum, alpn, ech, tds_sni and tls",
                                other.name.text(), rule.name.text()));
    if (other.addresses != rule.addresses)
      file.complain("runtime",
                    fmt::format("'{}' and '{}' list the same host and expect it at different addresses; give "
                                "both channels the same private_link",
                                other.name.text(), rule.name.text()));
  }
}

}  // namespace

bool PolicyDraft::add(Rule rule) {
  if (rules.size() >= most_rules || !names.insert(rule.name).second) return false;
  rules.push_back(std::move(rule));
  return true;
}

void load_policy(TableReader& file, Time now, Config& config) {
  PolicyDraft draft{*config.catalogue, now, file.mistakes()};
  for (const auto* table : file.tables("runtime")) read_runtime(*table, draft);
  for (const auto* table : file.tables("allow")) read_allow(*table, draft);
  check_reported_channels(file, draft);
  check_addresses_agree(file, draft);
  config.factories = std::move(draft.factories);
  config.policy = std::make_shared<const Policy>(std::move(draft.runtimes), std::move(draft.rules));
}

}  // namespace shirgate
