// The real catalogue, and what it derives from inputs.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "config/load_catalogue.hpp"
#include "config_text.hpp"
#include "policy/adf/derive.hpp"

namespace shirgate::test {

using Lines = std::set<std::string>;

inline const adf::Catalogue& real() { return *builtin_catalogue(); }

/// "channel host:port transport" of every need.
inline Lines lines_of(const adf::Factory& factory) {
  Lines lines;
  for (const auto& need : adf::derive(real(), factory)) lines.insert(adf::to_line(need, factory));
  return lines;
}

/// The ids of the rows that apply.
inline Lines row_ids_of(const adf::Factory& factory) {
  Lines ids;
  for (const auto& need : adf::derive(real(), factory)) ids.insert(need.row->id);
  return ids;
}

/// Inputs in the catalogue's spelling, one to a line.
inline adf::Factory factory_of(std::string_view inputs) {
  auto factory = load_inputs(inputs, "inputs", real());
  EXPECT_TRUE(factory.has_value()) << inputs << (factory.has_error() ? all_of(factory.error()) : "");
  return factory.has_value() ? *std::move(factory) : adf::Factory{};
}

/// The rules of everything the gate carries.
inline std::vector<Rule> rules_of(const adf::Factory& factory) {
  std::vector<Rule> rules;
  for (const auto& need : adf::derive(real(), factory))
    if (adf::carried_by(*need.row) == adf::Carrier::gate) rules.push_back(adf::make_rule(real(), need, factory));
  return rules;
}

/// A configuration that must load.
inline Config loaded(const std::string& text) {
  auto config = load(text, "t.toml");
  EXPECT_TRUE(config.has_value()) << (config.has_error() ? all_of(config.error()) : "") << text;
  return config.has_value() ? *std::move(config) : Config{};
}

/// The good gate and audit, and one [[runtime]] of these lines besides its name and clients.
inline std::string runtime_text(std::string_view lines) {
  return written("[gate]", good_gate) + written("[audit]", good_audit) +
         "[[runtime]]\nname = \"prod\"\nclients = [\"10.20.0.21/32\"]\n" + std::string(lines) + '\n';
}

/// What `runtime` of the policy gets for "host:port" that resolves to `answers`; an empty list asks for no addresses.
inline std::string_view reason_for(const Policy& policy, std::string_view target, std::vector<std::string_view> answers,
                                   Time now) {
  const auto parsed = parse_target(target);
  if (parsed.has_error()) return to_string(parsed.error());
  const auto verdict = policy.decide(Name("prod"), {.target = *parsed}, now);
  if (!verdict.allowed() || answers.empty()) return to_string(verdict.reason);
  std::vector<Address> addresses;
  for (const auto answer : answers) addresses.push_back(*parse_address(answer));
  return to_string(policy.judge_addresses(verdict, addresses));
}

inline constexpr Time test_day = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);

}  // namespace shirgate::test
