#include "cli/findings.hpp"

#include <algorithm>

#include "cli/explanation.hpp"
#include "config/load_catalogue.hpp"
#include "config/values.hpp"
#include "policy/reason.hpp"

namespace shirgate {
namespace {

bool says_unlisted(std::string_view reason) {
  switch (parse_reason(reason).value_or(Reason::allowed)) {
    case Reason::client_not_listed:
    case Reason::host_not_listed:
    case Reason::relay_gateway_not_listed:
    case Reason::ip_literal_not_listed:
    case Reason::port_not_listed:
    case Reason::rule_expired: return true;
    default: return false;
  }
}

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + " " + second;
}

std::string sentence_on(std::string_view reason) {
  const auto known = parse_reason(reason);
  return known ? std::string(row_of(*known).advice) : std::string();
}

class Adviser {
 public:
  Adviser(const Config* config, Time now) : config_(config), builtin_(builtin_catalogue()), now_(now) {}

  [[nodiscard]] Advice on(const Report::Refused& key) const {
    Advice advice{.text = sentence_on(key.reason)};
    // What was wanted behind a listed host is the name in the hello, and no rule is to be written for that.
    const auto target = parse_target(key.target);
    // And in the lines to write a runtime's name stands between quotes.
    if (target.has_error() || !key.sni.empty() || !is_plain_name(key.runtime)) return advice;
    const Name runtime(key.runtime);
    const auto found = config_ != nullptr ? explain_target(*config_, runtime, *target, now_)
                                          : explain_unlisted(*builtin_, nullptr, {}, runtime, *target);
    if (config_ != nullptr && found.rule != nullptr && found.verdict.allowed()) {
      advice.text = "The configuration that was given allows it.";
      return advice;
    }
    advice.resembles = found.likeness.phrase;
    advice.documented = found.likeness.documented;
    advice.setting = found.remedy.setting;
    advice.replaces = found.remedy.replaces;
    advice.allow = found.remedy.allow;
    advice.against = joined(found.remedy.caution, found.not_served);
    if (advice.against.empty() && advice.resembles.starts_with("a service anybody"))
      advice.against = "Whoever rents a name there reads what is sent to it. Find out whose this one is.";
    return advice;
  }

 private:
  const Config* config_;
  std::shared_ptr<const adf::Catalogue> builtin_;
  Time now_;
};

void sort_by_count(std::vector<Attempt>& attempts) {
  std::stable_sort(attempts.begin(), attempts.end(),
                   [](const Attempt& a, const Attempt& b) { return a.summary->count > b.summary->count; });
}

/// Did a name lead to the public internet that must not? `rule` null: nobody knows what was expected. Then of public
/// and private answers together either may be the wrong ones.
bool leads_out(const WrongAnswer& answer, const Rule* rule) {
  const auto is_public = [](const auto& address) { return address.second == to_string(AddressClass::public_); };
  if (rule == nullptr)
    return !answer.addresses.empty() && std::all_of(answer.addresses.begin(), answer.addresses.end(), is_public);
  const bool for_private =
      !rule->addresses.empty() && std::none_of(rule->addresses.begin(), rule->addresses.end(), [](const auto& range) {
        return classify(range.first) == AddressClass::public_;
      });
  return for_private && std::any_of(answer.addresses.begin(), answer.addresses.end(), is_public);
}

/// What the configuration has for the target; null where it has nothing, or there is none.
const Rule* rule_for(const Config* config, const Report::Refused& key, Time now) {
  const auto target = parse_target(key.target);
  if (config == nullptr || target.has_error() || !is_plain_name(key.runtime)) return nullptr;
  return explain_target(*config, Name(key.runtime), *target, now).rule;
}

WrongAnswer wrong_answer(const Attempt& attempt) {
  WrongAnswer answer{attempt.key, attempt.summary};
  for (const auto& address : attempt.summary->addresses.listed())
    answer.addresses.emplace_back(address, class_of(address));
  return answer;
}

void add_wrong_answers(Findings& findings, const Config* config, Time now) {
  for (const auto& attempt : findings.refused) {
    if (parse_reason(attempt.key->reason) != Reason::address_not_expected) continue;
    auto answer = wrong_answer(attempt);
    const bool out = leads_out(answer, rule_for(config, *attempt.key, now));
    (out ? findings.public_on_private : findings.other_wrong_answers).push_back(std::move(answer));
  }
}

void add_strangers(Findings& findings) {
  for (const auto& [channel, hosts] : findings.report->channels())
    for (const auto& [target, host] : hosts.listed)
      if (!host.first_use.empty()) findings.strangers.push_back({&channel, &target, &host});
  std::stable_sort(findings.strangers.begin(), findings.strangers.end(),
                   [](const Stranger& a, const Stranger& b) { return a.host->first_use > b.host->first_use; });
}

}  // namespace

std::string class_of(const std::string& address) {
  const auto parsed = parse_address(address);
  return parsed ? std::string(to_string(classify(*parsed))) : "unreadable";
}

Findings find(const Report& report, const LogTroubles& troubles, const Config* config, Time now) {
  Findings findings{.report = &report, .troubles = &troubles};
  const Adviser adviser(config, now);
  for (const auto& [key, summary] : report.refused().listed) {
    if (says_unlisted(key.reason))
      findings.unlisted.push_back({&key, &summary, adviser.on(key)});
    else
      findings.refused.push_back({&key, &summary, {.text = sentence_on(key.reason)}});
  }
  for (const auto& [key, summary] : report.reported().listed)
    findings.reported.push_back({&key, &summary, adviser.on(key)});
  for (auto* attempts : {&findings.unlisted, &findings.reported, &findings.refused}) sort_by_count(*attempts);
  add_wrong_answers(findings, config, now);
  add_strangers(findings);
  if (config == nullptr) return findings;
  findings.has_rules = true;
  for (const auto& rule : config->policy->rules())
    if (report.filter().is_about(rule.runtime.text(), rule.channel.text()) &&
        !report.rules_used().contains(rule.name.text()))
      findings.unused.push_back(&rule);
  return findings;
}

}  // namespace shirgate
