// Policy::decide against a second matcher, written apart and as plainly as can be: split into labels, try every rule,
// keep the best. With wildcards, gateways of the relay, expired rules, other protocols and report mode.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <regex>

#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

using Labels = std::vector<std::string_view>;

void split(std::string_view name, Labels& labels) {
  labels.clear();
  for (;;) {
    const auto dot = name.find('.');
    labels.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return;
    name.remove_prefix(dot + 1);
  }
}

/// By a regular expression, which costs so much that each label is asked for once.
bool is_gateway_label(std::string_view label) {
  static const std::regex form("gv?[0-9]{1,3}-[a-z0-9-]+-sb");
  static std::map<std::string, bool, std::less<>> known;
  auto found = known.find(label);
  if (found == known.end()) found = known.emplace(label, std::regex_match(label.begin(), label.end(), form)).first;
  return found->second;
}

struct NaiveRule {
  Labels labels;  ///< without the star
  bool wildcard;
  bool gateways;
  const Rule* rule;
};

struct Naive {
  std::vector<NaiveRule> rules{};
  bool reports = false;
};

std::vector<NaiveRule> naive_rules(const std::vector<Rule>& rules) {
  std::vector<NaiveRule> result;
  for (const auto& each : rules) {
    const auto text = each.pattern.text();
    auto& naive =
        result.emplace_back(NaiveRule{{}, text.find('*') != std::string::npos, text.starts_with("g{"), &each});
    split(each.pattern.name(), naive.labels);
  }
  return result;
}

bool ends_with(const Labels& given, const Labels& suffix, std::size_t more) {
  if (given.size() != suffix.size() + more) return false;
  return std::equal(suffix.begin(), suffix.end(), given.begin() + static_cast<std::ptrdiff_t>(more));
}

bool naive_matches(const NaiveRule& rule, const Labels& given) {
  if (!rule.wildcard) return rule.labels == given;
  if (rule.gateways) return ends_with(given, rule.labels, 1) && is_gateway_label(given.front());
  for (std::size_t more = 1; more < given.size(); ++more)
    if (ends_with(given, rule.labels, more)) return true;
  return false;
}

/// A pinned relay host is an exact rule of that channel; its neighbours with the form of a gateway have a reason of
/// their own.
bool is_gateway_of_a_pin(const Naive& naive, const Labels& given) {
  if (!is_gateway_label(given.front())) return false;
  const auto is_its_pin = [&](const NaiveRule& each) {
    return !each.wildcard && each.rule->channel.text() == "relay" &&
           std::equal(each.labels.begin() + 1, each.labels.end(), given.begin() + 1, given.end());
  };
  return std::any_of(naive.rules.begin(), naive.rules.end(), is_its_pin);
}

struct Candidate {
  int closeness = -1;  ///< 0 wrong port, 1 wrong protocol, 2 expired, 3 allowed
  bool exact = false;
  std::size_t labels = 0;
  std::string_view name{};
};

/// The better explanation first.
bool is_better(const Candidate& a, const Candidate& b) {
  if (a.closeness != b.closeness) return a.closeness > b.closeness;
  if (a.exact != b.exact) return a.exact;
  if (a.labels != b.labels) return a.labels > b.labels;
  return a.name < b.name;
}

struct Question {
  std::string host;
  std::uint16_t port;
  std::optional<Protocol> protocol;
};

struct Decision {
  std::string_view reason;
  std::string_view would_deny;
  std::string_view rule;
  [[nodiscard]] friend bool operator==(const Decision&, const Decision&) = default;
};

std::ostream& operator<<(std::ostream& out, const Decision& decision) {
  return out << decision.reason << ", would deny: " << decision.would_deny << ", rule " << decision.rule;
}

Decision naive_decision(const Naive& naive, const Question& question) {
  Labels given;
  split(question.host, given);
  Candidate best;
  for (const auto& each : naive.rules) {
    if (!naive_matches(each, given)) continue;
    const bool speaks = !question.protocol || *question.protocol == each.rule->protocol;
    int closeness = each.rule->expires ? 2 : speaks ? 3 : 1;
    if (each.rule->port != question.port) closeness = 0;
    const Candidate candidate{closeness, !each.wildcard, each.labels.size(), each.rule->name.text()};
    if (best.closeness < 0 || is_better(candidate, best)) best = candidate;
  }
  constexpr std::array tokens{"", "protocol_not_served", "rule_expired", "allowed"};
  if (best.closeness > 0) return {tokens.at(static_cast<std::size_t>(best.closeness)), "allowed", best.name};
  if (best.closeness < 0 && is_gateway_of_a_pin(naive, given)) return {"relay_gateway_not_listed", "allowed", ""};
  const auto* reason = best.closeness == 0 ? "port_not_listed" : "host_not_listed";
  const bool tls = !question.protocol || *question.protocol == Protocol::tls;
  if (naive.reports && question.port == 443 && tls) return {"allowed", reason, ""};
  return {reason, "allowed", ""};
}

/// Few labels, so that names meet rules often.
std::string random_name(std::mt19937& random) {
  constexpr std::array labels{"a", "b", "aa", "net", "core", "xcore", "g1-a-sb", "gv2-b-sb", "g1--sb"};
  std::string name;
  for (auto count = 1 + random() % 4; count > 0; --count) name += std::string(labels[random() % labels.size()]) + '.';
  return name + "example";
}

Rule random_rule(std::mt19937& random) {
  const auto kind = random() % 8;
  const auto pattern = (kind < 4 ? "*." : "") + random_name(random);
  const auto channel = random() % 4 == 0 ? "relay" : fmt::format("c{}", random() % 1000);
  auto result = rule("prod", channel, pattern, random() % 4 == 0 ? 8443 : 443);
  if (kind == 0) {
    result.pattern = relay_gateways_below(result.pattern);
    result.name = Name(std::string(result.name.text()) + "/gateways");
  }
  if (random() % 6 == 0) result.expires = std::chrono::sys_days(std::chrono::days(1));
  if (random() % 6 == 0) result.protocol = Protocol::http;
  return result;
}

std::vector<Rule> random_rules(std::mt19937& random) {
  std::vector<Rule> rules;
  for (int i = 0; i < 40; ++i) {
    auto each = random_rule(random);
    const auto known = [&](const Rule& other) { return other.name == each.name; };
    if (std::none_of(rules.begin(), rules.end(), known)) rules.push_back(std::move(each));
  }
  return rules;
}

Runtime random_runtime(std::mt19937& random) {
  auto result = runtime("prod", {"10.20.0.21"});
  const auto day = std::chrono::floor<std::chrono::days>(today);
  const auto kind = random() % 4;
  if (kind == 1) result.reporting = Reporting{.until = day, .everything = true};
  if (kind == 2) result.reporting = Reporting{.until = day - std::chrono::days(1), .everything = true};
  if (kind == 3) result.reporting = Reporting{.until = day, .channels = {Name("c1")}};
  return result;
}

Question random_question(std::mt19937& random) {
  constexpr std::array<std::uint16_t, 4> ports{443, 443, 8443, 22};
  const std::array<std::optional<Protocol>, 4> protocols{std::nullopt, Protocol::tls, Protocol::tls, Protocol::http};
  return {random_name(random), ports[random() % ports.size()], protocols[random() % protocols.size()]};
}

constexpr int rounds = 400;
constexpr int names_in_a_round = 2'500;
static_assert(rounds * names_in_a_round == 1'000'000);

TEST(NaivePolicy, AgreesOnAMillionRandomNames) {
  std::mt19937 random(8);
  std::map<std::string_view, std::size_t> tally;
  for (int round = 0; round < rounds; ++round) {
    const auto rules = random_rules(random);
    const auto who = random_runtime(random);
    const Naive naive{naive_rules(rules), who.reporting && who.reporting->everything &&
                                              who.reporting->until + std::chrono::days(1) > today};
    const Policy policy({who}, rules);
    for (int name = 0; name < names_in_a_round; ++name) {
      const auto question = random_question(random);
      const auto verdict = policy.decide(
          who.name, {.target = {host(question.host), question.port}, .protocol = question.protocol}, today);
      const Decision decision{to_string(verdict.reason), to_string(verdict.would_deny), verdict.rule.text()};
      ASSERT_EQ(decision, naive_decision(naive, question))
          << question.host << ':' << question.port << " in round " << round;
      ++tally[decision.would_deny == "allowed" ? decision.reason : "lifted"];
    }
  }
  for (const auto* each : {"allowed", "host_not_listed", "port_not_listed", "protocol_not_served", "rule_expired",
                           "relay_gateway_not_listed", "lifted"})
    EXPECT_GT(tally[each], 2'000U) << each << " must be met often enough to say anything";
}

}  // namespace
}  // namespace shirgate::test
