#include "policy/adf/fact.hpp"

#include <gtest/gtest.h>

#include <set>

#include "policy/adf/factory.hpp"

namespace shirgate::adf::test {
namespace {

TEST(FactTable, GivesEachFactItsOwnWordWhichReadsBack) {
  std::set<std::string_view> words;
  for (const auto& row : fact_table()) {
    EXPECT_TRUE(words.insert(row.word).second) << row.word;
    EXPECT_EQ(parse_fact(row.word), row.fact);
    EXPECT_EQ(to_string(row.fact), row.word);
    EXPECT_FALSE(row.meaning.empty()) << row.word;
  }
  EXPECT_EQ(parse_fact("no_such_fact"), std::nullopt);
}

TEST(FactTable, NeverHoldsForNever) { EXPECT_FALSE(holds(Fact::never, Factory{})); }

TEST(FactTable, KnowsNoKeyOfABrowser) {
  const Factory browser{.kind = RuntimeKind::browser};
  EXPECT_FALSE(holds(Fact::factory_key, browser));
  EXPECT_FALSE(holds(Fact::regional_key, browser));
  EXPECT_TRUE(holds(Fact::portal, browser));
}

TEST(FactTable, HoldsForExactlyOneKindOfKeyOfEveryRuntime) {
  for (const auto* product : {"adf", "synapse", "purview"})
    for (const auto* key_form : {"fqdn", "legacy"}) {
      Factory factory;
      factory.product = product;
      factory.key_form = key_form;
      const bool of_the_factory = std::string_view(product) == "adf" && std::string_view(key_form) == "fqdn";
      EXPECT_EQ(holds(Fact::factory_key, factory), of_the_factory) << product << ' ' << key_form;
      EXPECT_EQ(holds(Fact::regional_key, factory), !of_the_factory) << product << ' ' << key_form;
    }
}

TEST(InputTable, GivesEachInputItsOwnKey) {
  std::set<std::string_view> inputs;
  std::set<std::string_view> keys;
  for (const auto& row : input_table()) {
    EXPECT_TRUE(inputs.insert(row.input).second) << row.input;
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    EXPECT_EQ(find_input(row.input), &row);
    EXPECT_FALSE(row.meaning.empty()) << row.input;
    EXPECT_TRUE(row.words.empty() || row.check == nullptr) << row.input;
  }
  EXPECT_EQ(find_input("no_such_input"), nullptr);
}

TEST(Placeholders, StandForNothingOneValueOrSeveral) {
  Factory factory;
  factory.name = "contoso";
  factory.key_vaults = {"kv1", "kv2"};
  factory.relay_hosts = {"a.servicebus.windows.net"};
  EXPECT_EQ(values_of("factory", factory), Texts{"contoso"});
  EXPECT_EQ(values_of("vault", factory), (Texts{"kv1", "kv2"}));
  EXPECT_EQ(values_of("relay_fqdn", factory), Texts{"a.servicebus.windows.net"});
  EXPECT_EQ(values_of("region", factory), Texts{}) << "empty is unknown";
  EXPECT_EQ(values_of("auto_update", factory), Texts{}) << "a flag is no name";
  EXPECT_EQ(values_of("no_such_input", factory), Texts{});
}

}  // namespace
}  // namespace shirgate::adf::test
