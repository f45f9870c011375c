// docs/lab.md against the scenarios there are and the keys their reader takes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "document.hpp"
#include "lab/builtin_scenarios.hpp"

namespace shirgate::test {
namespace {

TEST(LabDocument, ListsEveryScenario) {
  std::string expected = "| scenario | is |\n|---|---|\n";
  for (const auto& one : lab::builtin_scenarios())
    expected += fmt::format("| [`{0}`](../lab/scenarios/{0}.toml) | {1} |\n", one.name, cell(load_builtin(one).title));
  expect_section("lab.md", "scenarios", expected);
}

/// The keys that the reader names when it meets one it does not know.
std::set<std::string> keys_of(std::string_view table) {
  const std::string stranger(40, 'q');
  const auto scenario = lab::load_scenario(fmt::format("{}\n{} = 1\n", table, stranger), "t.toml");
  std::set<std::string> keys;
  if (scenario.has_value()) return keys;
  for (const auto& mistake : scenario.error()) {
    const auto at = mistake.text.find(stranger);
    if (at == std::string::npos) continue;
    const auto list = mistake.text.substr(mistake.text.find(": ", at) + 2);
    const std::regex word("[a-z_]+");
    for (std::sregex_iterator key(list.begin(), list.end(), word), end; key != end; ++key) keys.insert(key->str());
  }
  return keys;
}

TEST(LabDocument, NamesEveryKeyOfAScenario) {
  const auto text = read(root / "docs/lab.md");
  for (const auto* table : {"[network]", "[node]", "[[trick]]", "[report]"}) {
    const auto keys = keys_of(table);
    EXPECT_FALSE(keys.empty()) << table;
    for (const auto& key : keys) EXPECT_NE(text.find("`" + key + "`"), std::string::npos) << table << ' ' << key;
  }
}

}  // namespace
}  // namespace shirgate::test
