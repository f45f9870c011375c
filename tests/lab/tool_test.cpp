// Programs of the system, as the lab runs them.
#include "lab/tool.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace shirgate::lab {
namespace {

TEST(Tool, GetsItsInputAndGivesItsOutput) {
  const std::string input(200'000, 'x');  // more than a pipe holds
  const auto printed = run_tool({"cat"}, input);
  ASSERT_TRUE(printed.has_value()) << printed.error().text();
  EXPECT_EQ(*printed, input);
}

TEST(Tool, SaysWhatItSaidWhereItFails) {
  const auto printed = run_tool({"sh", "-c", "echo no such thing >&2; exit 3"});
  ASSERT_TRUE(printed.has_error());
  EXPECT_NE(printed.error().text().find("': no such thing"), std::string::npos) << printed.error().text();
}

TEST(Tool, FailsWithoutAWordToo) {
  const auto printed = run_tool({"sh", "-c", "exit 3"});
  ASSERT_TRUE(printed.has_error());
  EXPECT_NE(printed.error().text().find("without a word"), std::string::npos) << printed.error().text();
}

TEST(Tool, FailsWhereASignalEndsIt) { EXPECT_TRUE(run_tool({"sh", "-c", "kill -9 $$"}).has_error()); }

TEST(Tool, IsNamedWhereItIsMissing) {
  const auto printed = run_tool({"shirgate-no-such-tool"});
  ASSERT_TRUE(printed.has_error());
  EXPECT_EQ(printed.error().text(), "shirgate-no-such-tool is not installed");
}

TEST(Tool, IsFoundByAbsolutePlacesOnly) {
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", ".:bin::/usr/bin:/bin", 1);
  const auto shell = find_tool("sh");
  ::setenv("PATH", before.c_str(), 1);
  ASSERT_TRUE(shell);
  EXPECT_EQ(shell->front(), '/');
}

}  // namespace
}  // namespace shirgate::lab
