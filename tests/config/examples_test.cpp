// The catalogue's worked examples and refused attempts, from their text to the decision.
#include <toml++/toml.h>

#include <sstream>

#include "derived.hpp"

namespace shirgate::test {
namespace {

/// An example or a negative as its text has it, read without config/.
struct Entry {
  std::string name;
  std::string inputs;  ///< one key to a line
  Lines expect;
  std::string attempt;
  std::vector<std::string> answers;
  std::string reason;
};

void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.name; }

std::string text_of(toml::table inputs) {
  inputs.is_inline(false);
  std::ostringstream text;
  text << inputs;
  return text.str();
}

std::vector<std::string> texts(const toml::table& entry, std::string_view key) {
  std::vector<std::string> found;
  if (const auto* list = entry[key].as_array())
    for (const auto& item : *list) found.push_back(item.value_or(std::string()));
  return found;
}

std::vector<Entry> entries(std::string_view key) {
  const auto root = toml::parse(adf::builtin_catalogue_text());
  std::vector<Entry> found;
  for (const auto& node : *root[key].as_array()) {
    const auto& table = *node.as_table();
    const auto expect = texts(table, "expect");
    found.push_back({table["name"].value_or(std::string()),
                     text_of(*table["inputs"].as_table()),
                     {expect.begin(), expect.end()},
                     table["attempt"].value_or(std::string()),
                     texts(table, "answers"),
                     table["reason"].value_or(std::string())});
  }
  return found;
}

/// "E01" of "E01 public new factory, defaults".
std::string short_name(const testing::TestParamInfo<Entry>& one) {
  return one.param.name.substr(0, one.param.name.find(' '));
}

class Example : public testing::TestWithParam<Entry> {};

TEST_P(Example, DerivesExactlyItsLines) {
  const auto& examples = real().examples;
  const auto found = std::find_if(examples.begin(), examples.end(),
                                  [&](const adf::Example& one) { return one.name == GetParam().name; });
  ASSERT_NE(found, examples.end());
  EXPECT_EQ(found->expect, GetParam().expect);
  EXPECT_EQ(lines_of(found->inputs), GetParam().expect);
}

TEST_P(Example, DerivesThemFromItsTextToo) { EXPECT_EQ(lines_of(factory_of(GetParam().inputs)), GetParam().expect); }

INSTANTIATE_TEST_SUITE_P(Catalogue, Example, testing::ValuesIn(entries("example")), short_name);

TEST(Examples, AreAllThirteen) { EXPECT_EQ(real().examples.size(), 13U); }

class Negative : public testing::TestWithParam<Entry> {};

/// Where a private endpoint is used its range must be known, or there is nothing to expect.
adf::Factory with_ranges(adf::Factory factory) {
  factory.runtime = Name("prod");
  if (factory.private_link.used) factory.private_link.ranges["control"] = {*parse_range("10.30.0.0/24")};
  return factory;
}

TEST_P(Negative, IsRefusedForItsReason) {
  const auto& entry = GetParam();
  const Policy policy({}, rules_of(with_ranges(factory_of(entry.inputs))));
  ASSERT_FALSE(policy.rules().empty());
  EXPECT_EQ(reason_for(policy, entry.attempt, {entry.answers.begin(), entry.answers.end()}, test_day), entry.reason);
}

TEST_P(Negative, IsReadAsItIsWritten) {
  const auto& entry = GetParam();
  const auto& negatives = real().negatives;
  const auto found = std::find_if(negatives.begin(), negatives.end(),
                                  [&](const adf::Negative& one) { return one.name == entry.name; });
  ASSERT_NE(found, negatives.end());
  EXPECT_EQ(found->attempt, entry.attempt);
  EXPECT_EQ(to_string(found->reason), entry.reason);
  EXPECT_EQ(lines_of(found->inputs), lines_of(factory_of(entry.inputs)));
  std::vector<std::string> answers;
  for (const auto& answer : found->answers) answers.push_back(to_string(answer));
  EXPECT_EQ(answers, entry.answers);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Negative, testing::ValuesIn(entries("negative")), short_name);

TEST(Negatives, AreAllTen) { EXPECT_EQ(real().negatives.size(), 10U); }

TEST(Negatives, WouldBeLetOutWithoutTheirFault) {
  const auto factory = with_ranges(factory_of("factory = \"contoso-adf\"\nregion = \"eastus\"\nprivate_link = true"));
  const Policy policy({}, rules_of(factory));
  EXPECT_EQ(reason_for(policy, "contoso-adf.eastus.datafactory.azure.net:443", {"10.30.0.4"}, test_day), "allowed");
  EXPECT_EQ(reason_for(policy, "x.servicebus.windows.net:443", {"20.50.1.1"}, test_day), "allowed");
}

}  // namespace
}  // namespace shirgate::test
