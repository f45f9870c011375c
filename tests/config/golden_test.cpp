// Runs tests/golden/*.case, one test a file. Above the line "----": a configuration, [gate] and [audit] left out.
// Below:
//   client target [answer…] -> reason [channel]   # asked at the time of the last "at" line
//   at 2027-02-01
// A failure names file and line.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

constexpr const char* needed =
    "\n[gate]\nlisten = [\"0.0.0.0:3128\", \"[::]:3128\"]\n[audit]\ndirectory = \"unused\"\n";

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line.substr(0, line.find('#')));
  return {std::istream_iterator<std::string>(stream), {}};
}

Time noon_of(const std::string& date) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  EXPECT_EQ(std::sscanf(date.c_str(), "%d-%u-%u", &year, &month, &day), 3) << date;
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day)) +
         std::chrono::hours(12);
}

/// "reason channel" for "client target answers".
std::string answer(const Policy& policy, const std::vector<std::string>& words, std::size_t arrow, Time now) {
  const auto who = policy.identify(*parse_address(words[0]));
  if (!who) return "client_not_listed ";
  const auto target = parse_target(words[1]);
  if (target.has_error()) return std::string(to_string(target.error())) + ' ';
  const auto verdict = policy.decide(*who, {.target = *target}, now);
  std::vector<Address> answers;
  for (std::size_t i = 2; i < arrow; ++i) answers.push_back(*parse_address(words[i]));
  const auto reason = verdict.allowed() && !answers.empty() ? policy.judge_addresses(verdict, answers) : verdict.reason;
  return std::string(to_string(reason)) + ' ' + std::string(verdict.channel.text());
}

class Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Golden, DecidesAsTheFileSays) {
  std::ifstream file(GetParam());
  const auto name = GetParam().string();
  std::string line;
  std::string text;
  int number = 1;
  for (; std::getline(file, line) && line != "----"; ++number) text += line + '\n';
  const auto config = load(text + needed, name);
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  auto now = noon_of("2026-11-22");
  int asked = 0;
  while (++number, std::getline(file, line)) {
    const auto words = words_of(line);
    if (words.empty()) continue;
    if (words[0] == "at") {
      now = noon_of(words.at(1));
      continue;
    }
    const auto arrow = static_cast<std::size_t>(std::find(words.begin(), words.end(), "->") - words.begin());
    ASSERT_TRUE(arrow >= 2 && arrow + 1 < words.size()) << name << ':' << number << ": " << line;
    const auto expected = words[arrow + 1] + ' ' + (arrow + 2 < words.size() ? words[arrow + 2] : "");
    EXPECT_EQ(answer(*config->policy, words, arrow, now), expected) << name << ':' << number << ": " << line;
    ++asked;
  }
  EXPECT_GT(asked, 0) << name;
}

std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SHIRGATE_SOURCE_DIR) + "/tests/golden"))
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, Golden, testing::ValuesIn(case_files()),
                         [](const auto& one) { return one.param.stem().string(); });

}  // namespace
}  // namespace shirgate::test
