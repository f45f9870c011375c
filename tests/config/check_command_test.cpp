// `shirgate check` on the corpus: the command and the loader must be one function.
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "attack_case.hpp"
#include "derived.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

struct Answer {
  int exit_code = -1;
  std::string text{};  ///< both streams
};

Answer checked(const std::string& path) {
  Answer answer;
  FILE* pipe = ::popen((std::string(SHIRGATE_BINARY) + " check " + path + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return answer;
  std::array<char, 4096> chunk{};
  while (const auto size = std::fread(chunk.data(), 1, chunk.size(), pipe)) answer.text.append(chunk.data(), size);
  const int status = ::pclose(pipe);
  answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answer;
}

TEST(CheckCommand, SaysOfEveryConfigurationInTheCorpusWhatTheLoaderSays) {
  ASSERT_TRUE(std::filesystem::exists(SHIRGATE_BINARY)) << "build shirgate first";
  const TemporaryDirectory directory;
  int refused = 0;
  int good = 0;
  for (const auto& item : attack_cases()) {
    if (item.policy.empty()) continue;  // a scenario, not a text
    const auto text = as_our_configuration(item.policy);
    const auto path = directory.file(item.id + ".toml", text);
    const auto answer = checked(path);
    const auto config = load(text, path);
    EXPECT_EQ(answer.exit_code, config.has_error() ? 2 : 0) << item.id << ": " << answer.text;
    ++(config.has_error() ? refused : good);
    if (config.has_value()) {
      EXPECT_NE(answer.text.find(": good."), std::string::npos) << item.id << ": " << answer.text;
      continue;
    }
    for (const auto& mistake : config.error())
      EXPECT_NE(answer.text.find(to_string(mistake)), std::string::npos) << item.id << ": " << answer.text;
  }
  EXPECT_GT(refused, 20);
  EXPECT_GT(good, 5);
}

TEST(CheckCommand, RefusesAFileThatIsNone) {
  const TemporaryDirectory directory;
  const auto answer = checked(directory.path("nowhere.toml"));
  EXPECT_EQ(answer.exit_code, 2);
  EXPECT_NE(answer.text.find("can't be read"), std::string::npos) << answer.text;
}

}  // namespace
}  // namespace shirgate::test
