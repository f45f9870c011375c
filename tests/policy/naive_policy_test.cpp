// Policy::decide against a second matcher, written apart and as plainly as can be: split into labels, try every rule,
// sort what matches.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "policy/policy.hpp"
#include "policy_of.hpp"

namespace shirgate::test {
namespace {

std::vector<std::string> labels_of(const std::string& name) {
  std::vector<std::string> labels(1);
  for (const char c : name) {
    if (c == '.')
      labels.emplace_back();
    else
      labels.back() += c;
  }
  return labels;
}

struct NaiveRule {
  std::vector<std::string> labels;  ///< without the star
  bool wildcard;
  const Rule* rule;
};

std::vector<NaiveRule> naive_rules(const std::vector<Rule>& rules) {
  std::vector<NaiveRule> result;
  for (const auto& each : rules)
    result.push_back({labels_of(each.pattern.name()), each.pattern.text().front() == '*', &each});
  return result;
}

bool naive_matches(const NaiveRule& rule, const std::vector<std::string>& given) {
  if (!rule.wildcard) return rule.labels == given;
  if (given.size() <= rule.labels.size()) return false;
  for (std::size_t i = 1; i <= rule.labels.size(); ++i)
    if (rule.labels[rule.labels.size() - i] != given[given.size() - i]) return false;
  return true;
}

struct Candidate {
  int closeness;  ///< 0 wrong port, 1 wrong protocol, 2 expired, 3 allowed
  bool exact;
  std::size_t labels;
  std::string name;
};

/// The better explanation first.
bool is_better(const Candidate& a, const Candidate& b) {
  if (a.closeness != b.closeness) return a.closeness > b.closeness;
  if (a.exact != b.exact) return a.exact;
  if (a.labels != b.labels) return a.labels > b.labels;
  return a.name < b.name;
}

std::string naive_decision(const std::vector<NaiveRule>& rules, const std::string& host, std::uint16_t port) {
  std::vector<Candidate> candidates;
  const auto given = labels_of(host);
  for (const auto& each : rules) {
    if (!naive_matches(each, given)) continue;
    int closeness = each.rule->expires ? 2 : each.rule->protocol == Protocol::tls ? 3 : 1;
    if (each.rule->port != port) closeness = 0;
    candidates.push_back({closeness, !each.wildcard, each.labels.size(), std::string(each.rule->name.text())});
  }
  if (candidates.empty()) return "host_not_listed ";
  const auto best = *std::min_element(candidates.begin(), candidates.end(), is_better);
  if (best.closeness == 0) return "port_not_listed ";
  constexpr std::array tokens{"", "protocol_not_served ", "rule_expired ", "allowed "};
  return tokens.at(static_cast<std::size_t>(best.closeness)) + best.name;
}

/// Few labels, so that names meet rules often.
std::string random_name(std::mt19937& random) {
  constexpr std::array labels{"a", "b", "aa", "ab", "net", "core", "xcore"};
  std::string name;
  for (auto count = 1 + random() % 5; count > 0; --count) name += std::string(labels[random() % labels.size()]) + '.';
  return name + "example";
}

std::vector<Rule> random_rules(std::mt19937& random) {
  std::vector<Rule> rules;
  for (int i = 0; i < 40; ++i) {
    const auto pattern = (random() % 2 == 0 ? "*." : "") + random_name(random);
    auto each = rule("prod", fmt::format("c{}", random() % 1000), pattern, random() % 4 == 0 ? 8443 : 443);
    if (random() % 6 == 0) each.expires = std::chrono::sys_days(std::chrono::days(1));
    if (random() % 6 == 0) each.protocol = Protocol::http;
    const auto known = [&](const Rule& other) { return other.name == each.name; };
    if (std::none_of(rules.begin(), rules.end(), known)) rules.push_back(std::move(each));
  }
  return rules;
}

TEST(NaivePolicy, AgreesOnTwoHundredThousandRandomNames) {
  std::mt19937 random(8);
  std::array<std::size_t, 5> tally{};
  for (int round = 0; round < 200; ++round) {
    const auto rules = random_rules(random);
    const auto plain = naive_rules(rules);
    const Policy policy({}, rules);
    for (int name = 0; name < 1000; ++name) {
      const auto host = random_name(random);
      const auto verdict = policy.decide(Name("prod"), asked(host + ":443", Protocol::tls), today);
      const auto decision = std::string(to_string(verdict.reason)) + ' ' + std::string(verdict.rule.text());
      ASSERT_EQ(decision, naive_decision(plain, host, 443)) << host << " in round " << round;
      tally.at(verdict.allowed() ? 0 : static_cast<std::size_t>(verdict.reason) % 4 + 1) += 1;
    }
  }
  EXPECT_GT(tally[0], 20'000U) << "the names must meet the rules often enough to say anything";
  EXPECT_LT(tally[0], 180'000U);
}

}  // namespace
}  // namespace shirgate::test
