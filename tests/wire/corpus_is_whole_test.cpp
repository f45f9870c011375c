// No row of the corpus's families that this folder answers for is left out: it is run by a table, told in words by a
// test that names it, or waits for an issue that is named.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "attack_case.hpp"
#include "waiting.hpp"

namespace shirgate::wire {
namespace {

TEST(WaitingCases, NameRowsOfTheCorpusThatExist) {
  std::set<std::string_view> ids;
  for (const auto& attack : attack_cases()) ids.insert(attack.id);
  std::set<std::string_view> seen;
  for (const auto& row : waiting_cases) {
    EXPECT_TRUE(ids.contains(row.id)) << row.id;
    EXPECT_TRUE(seen.insert(row.id).second) << row.id << " is listed twice";
    EXPECT_FALSE(row.until.empty());
    EXPECT_FALSE(row.why.empty());
  }
  for (const auto& row : corrected_cases) EXPECT_TRUE(ids.contains(row.id)) << row.id;
  std::printf("%zu of %zu rows wait\n", waiting_cases.size(), ids.size());
}

TEST(AttackCases, AreAllRunToldInWordsOrWaiting) {
  std::set<std::string> runnable;
  for (const auto& attack : runnable_cases()) runnable.insert(attack.id);
  for (const auto& attack : attack_cases())
    EXPECT_EQ(1, (runnable.contains(attack.id) ? 1 : 0) + (is_worded(attack.id) ? 1 : 0) + (waits(attack.id) ? 1 : 0))
        << attack.id;
}

/// A runner plays bytes. A row of words that it were given would pass whatever its words say.
TEST(AttackCases, ThatAreRunAreNotToldInWords) {
  for (const auto& attack : runnable_cases())
    EXPECT_TRUE(attack.type != "scenario" && attack.type != "fault") << attack.id;
}

/// Of every test in the tree: the comments.
std::string all_comments() {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(SHIRGATE_SOURCE_DIR "/tests")) {
    const bool python = entry.path().extension() == ".py";
    if (!python && entry.path().extension() != ".cpp") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);)
      if (const auto at = line.find(python ? "# " : "//"); at != std::string::npos) all += line.substr(at) + '\n';
  }
  return all;
}

TEST(WordedCases, AreNamedByATest) {
  std::set<std::string_view> ids;
  for (const auto& attack : attack_cases()) ids.insert(attack.id);
  const auto comments = all_comments();
  for (const auto id : worded_cases) {
    EXPECT_TRUE(ids.contains(id)) << id;
    EXPECT_NE(comments.find(id), std::string::npos) << id << " is named by no test";
  }
}

}  // namespace
}  // namespace shirgate::wire
