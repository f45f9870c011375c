// The command itself, as somebody runs it.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>

namespace shirgate::lab {
namespace {

struct Ran {
  int status = -1;
  std::string output;
};

Ran run(const std::string& arguments) {
  Ran ran;
  FILE* pipe = ::popen((std::string(SHIRGATE_BINARY) + ' ' + arguments).c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> bytes{};
  for (std::size_t got = 0; (got = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0;)
    ran.output.append(bytes.data(), got);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

class DemoCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(SHIRGATE_BINARY)) GTEST_SKIP() << SHIRGATE_BINARY << " is not built";
  }
};

TEST_F(DemoCommand, HoldsItsExpectationsWithinTheWidthOfAPage) {
  const auto ran = run("demo --once");
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_NE(ran.output.find("expectations held\n"), std::string::npos) << ran.output;
  for (std::size_t at = 0; at < ran.output.size();) {
    const auto end = std::min(ran.output.find('\n', at), ran.output.size());
    EXPECT_LE(end - at, 120U) << ran.output.substr(at, end - at);
    at = end + 1;
  }
}

TEST_F(DemoCommand, AnswersAsOneJsonObject) {
  const auto ran = run("demo --once --json");
  EXPECT_EQ(ran.status, 0) << ran.output;
  boost::json::error_code error;
  const auto answer = boost::json::parse(ran.output, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(answer.at("broken"), 0);
  EXPECT_EQ(answer.at("channels").as_array().size(), 5U);
  EXPECT_EQ(answer.at("unlisted").as_array().size(), 10U);
  const std::string audit(answer.at("audit").as_string());
  EXPECT_FALSE(std::filesystem::exists(audit)) << "left behind";
}

}  // namespace
}  // namespace shirgate::lab
