#include "cli/rule_list.hpp"
#include "policy/date.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace shirgate {
namespace {

/// The row each derived rule of the factory came from, by the rule's name.
std::map<Name, const adf::CatalogueRow*> rows_by_rule(const Config& config, const std::vector<adf::Need>& needs,
                                                      const adf::Factory& factory) {
  std::map<Name, const adf::CatalogueRow*> rows;
  for (const auto& need : needs)
    if (adf::carried_by(*need.row) == adf::Carrier::gate)
      rows[adf::make_rule(*config.catalogue, need, factory).name] = need.row;
  return rows;
}

ListedRuntime list_runtime(const Config& config, const adf::Factory& factory, Time now) {
  ListedRuntime listed{config.policy->runtime(factory.runtime), config.catalogue.get()};
  const auto& reporting = listed.runtime->reporting;
  listed.reports = reporting && !reporting->is_over(now);

  const auto needs = adf::derive(*config.catalogue, factory);
  const auto rows = rows_by_rule(config, needs, factory);
  for (const auto& rule : config.policy->rules()) {
    if (rule.runtime != factory.runtime) continue;
    const auto row = rows.find(rule.name);
    listed.rules.push_back({&rule, row == rows.end() ? nullptr : row->second,
                            config.policy->mode_of(rule.runtime, rule.channel, now) == Mode::report,
                            has_expired(rule, now)});
  }
  std::copy_if(needs.begin(), needs.end(), std::back_inserter(listed.not_carried),
               [](const adf::Need& need) { return adf::carried_by(*need.row) != adf::Carrier::gate; });
  return listed;
}

}  // namespace

std::vector<ListedRuntime> list_rules(const Config& config, Time now) {
  std::vector<ListedRuntime> list;
  for (const auto& factory : config.factories) list.push_back(list_runtime(config, factory, now));
  return list;
}

std::string_view word_for(adf::Carrier carrier) {
  switch (carrier) {
    case adf::Carrier::gate: return "gate";
    case adf::Carrier::firewall: return "firewall";
    case adf::Carrier::nobody: return "not served";
  }
  return "not served";
}

std::string to_text(const std::optional<std::chrono::sys_days>& day) { return day ? date_text(*day) : ""; }

std::string must_resolve_to(const Rule& rule) {
  std::string text;
  for (const auto& range : rule.addresses) text += (text.empty() ? "" : " ") + to_string(range);
  return text.empty() ? "public" : text;
}

std::string report_clause(const Reporting& reporting) {
  std::string what;
  for (const auto& channel : reporting.channels) what += (what.empty() ? "" : ", ") + std::string(channel.text());
  return fmt::format("reports {} until {}", reporting.everything ? "everything" : what, to_text(reporting.until));
}

}  // namespace shirgate
