#include "cli/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/adf/derive.hpp"
#include "policy/date.hpp"
#include "policy/resemblance.hpp"

namespace shirgate {
namespace {

const adf::Factory* factory_of(const Config& config, Name runtime) {
  const auto found = std::find_if(config.factories.begin(), config.factories.end(),
                                  [&](const adf::Factory& factory) { return factory.runtime == runtime; });
  return found == config.factories.end() ? nullptr : &*found;
}

/// Why a target that the factory needs is no rule of the gate.
std::string not_served(const Config& config, Name runtime, const Target& target) {
  const auto* factory = factory_of(config, runtime);
  if (factory == nullptr) return {};
  for (const auto& need : adf::derive(*config.catalogue, *factory)) {
    if (adf::carried_by(*need.row) == adf::Carrier::gate || !need.row->ports.contains(target.port)) continue;
    const auto pattern = parse_pattern(need.host);
    if (pattern.has_value() && pattern->matches(target.host)) return std::string(adf::why_not_carried(*need.row));
  }
  return {};
}

std::string documented(const adf::Catalogue& catalogue, const adf::CatalogueRow& row) {
  std::string sources;
  for (const auto& reference : row.sources) sources += (sources.empty() ? "" : "; ") + catalogue.cite(reference);
  if (row.transport == adf::Transport::comparison) return "for another product: " + sources;
  return row.confidence == "documented" ? sources : fmt::format("{} ({})", row.confidence, sources);
}

/// The facts the row depends on that this factory does not have.
std::string drift(const adf::CatalogueRow& row, const adf::Factory* factory) {
  std::string text;
  for (const auto fact : row.needs) {
    if (factory == nullptr || fact == adf::Fact::never || adf::holds(fact, *factory)) continue;
    const auto& meaning = adf::fact_table()[static_cast<std::size_t>(fact)].meaning;
    text += fmt::format("{}the configuration does not say that {}", text.empty() ? "" : "; ", meaning);
  }
  return text;
}

/// What no rule of the gate could carry to that port, whatever is written.
std::string never_served(const adf::CatalogueRow* row, const Target& target) {
  constexpr std::uint16_t http_port = 80;
  if (row != nullptr && row->ports.contains(target.port))
    if (const auto why = adf::why_not_carried(*row); !why.empty() && row->transport != adf::Transport::comparison)
      return std::string(why);
  if (target.port == http_port)
    return "plain HTTP is not forwarded by this version; if the host is needed on port 80, open it in the firewall";
  return {};
}

std::string last_day_of_reporting(const Policy& policy, Name runtime) {
  const auto* found = policy.runtime(runtime);
  if (found == nullptr || !found->reporting) return {};
  return date_text(found->reporting->until);
}

}  // namespace

Explanation explain_unlisted(const adf::Catalogue& catalogue, const adf::Factory* factory, std::span<const Rule> rules,
                             Name runtime, const Target& target) {
  Explanation result{.runtime = runtime};
  const auto found = resemblance(catalogue, target.host, rules);
  result.likeness.phrase = found.phrase;
  if (found.row != nullptr) {
    result.likeness.documented = documented(catalogue, *found.row);
    result.likeness.drift = drift(*found.row, factory);
  }
  result.not_served = never_served(found.row, target);
  if (result.not_served.empty()) result.remedy = remedy_for(factory, runtime, target, found);
  return result;
}

Explanation explain_target(const Config& config, Name runtime, const Target& target, Time now) {
  Explanation result{.runtime = runtime};
  if (runtime.empty()) {
    result.verdict.reason = Reason::client_not_listed;
    return result;
  }
  const Asked asked{.target = target};
  result.verdict = config.policy->decide(runtime, asked, now);
  result.rule = config.policy->rule(result.verdict.rule);
  if (result.verdict.would_deny != Reason::allowed) result.until = last_day_of_reporting(*config.policy, runtime);
  if (result.rule != nullptr) return result;
  result.not_served = not_served(config, runtime, target);
  if (!result.not_served.empty()) return result;
  auto unlisted =
      explain_unlisted(*config.catalogue, factory_of(config, runtime), config.policy->rules(), runtime, target);
  result.likeness = std::move(unlisted.likeness);
  result.not_served = std::move(unlisted.not_served);
  result.remedy = std::move(unlisted.remedy);
  return result;
}

}  // namespace shirgate
