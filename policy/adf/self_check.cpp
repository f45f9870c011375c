#include "policy/adf/self_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/adf/derive.hpp"
#include "policy/policy.hpp"

namespace shirgate::adf {
namespace {

/// Where a negative's private endpoints are: no public answer lies there.
const AddressRange private_endpoints = *parse_range("10.255.0.0/24");

/// The reason the gate would give, resolver included.
Reason judged(const Catalogue& catalogue, const Negative& negative) {
  auto factory = negative.inputs;
  factory.runtime = Name("negative");
  if (factory.private_link.used) factory.private_link.ranges["control"] = {private_endpoints};
  std::vector<Rule> rules;
  for (const auto& need : derive(catalogue, factory))
    if (carried_by(*need.row) == Carrier::gate) rules.push_back(make_rule(catalogue, need, factory));
  const Policy policy({{factory.runtime, {}}}, std::move(rules));
  const auto target = parse_target(negative.attempt);
  if (target.has_error()) return target.error();
  const auto verdict = policy.decide(factory.runtime, {.target = *target}, Time());
  if (!verdict.allowed() || negative.answers.empty()) return verdict.reason;
  return policy.judge_addresses(verdict, negative.answers);
}

}  // namespace

std::vector<std::string> failing_examples(const Catalogue& catalogue) {
  std::vector<std::string> failures;
  for (const auto& example : catalogue.examples) {
    std::set<std::string> lines;
    for (const auto& need : derive(catalogue, example.inputs)) lines.insert(to_line(need, example.inputs));
    for (const auto& line : example.expect)
      if (!lines.contains(line))
        failures.push_back(fmt::format("example '{}' does not derive '{}'", example.name, line));
    for (const auto& line : lines)
      if (!example.expect.contains(line))
        failures.push_back(fmt::format("example '{}' derives '{}', which it does not expect", example.name, line));
  }
  return failures;
}

std::vector<std::string> failing_negatives(const Catalogue& catalogue) {
  std::vector<std::string> failures;
  for (const auto& negative : catalogue.negatives) {
    const Reason reason = judged(catalogue, negative);
    if (reason != negative.reason)
      failures.push_back(fmt::format("negative '{}': {} is {}, not {}", negative.name, negative.attempt,
                                     to_string(reason), to_string(negative.reason)));
  }
  return failures;
}

}  // namespace shirgate::adf
