#include "audit/squid_line.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace shirgate::test {
namespace {

LogLine line(Action action) {
  return {.action = action,
          .time = "2026-11-22T02:29:36.041Z",
          .client = "10.20.0.21",
          .host = "a.example",
          .port = 443,
          .upstream = "20.50.1.1",
          .bytes_from_client = 7,
          .bytes_from_upstream = 5120,
          .duration = 1'234'567'890};
}

TEST(SquidLine, IsAsSquidWritesATunnel) {
  EXPECT_EQ(squid_line(line(Action::close)),
            "1795314576.041   1234 10.20.0.21 TCP_TUNNEL/200 5120 CONNECT a.example:443 - HIER_DIRECT/20.50.1.1 -\n");
}

TEST(SquidLine, SaysWhatARefusedClientHeard) {
  auto denied = line(Action::denied);
  denied.upstream = {};
  denied.bytes_from_upstream = 0;
  denied.reason = "host_not_listed";
  EXPECT_EQ(squid_line(denied),
            "1795314576.041   1234 10.20.0.21 TCP_DENIED/403 0 CONNECT a.example:443 - HIER_NONE/- -\n");
  auto failed = denied;
  failed.action = Action::failed;
  failed.reason = "connect_timeout";
  EXPECT_EQ(squid_line(failed),
            "1795314576.041   1234 10.20.0.21 TCP_TUNNEL/504 0 CONNECT a.example:443 - HIER_NONE/- -\n");
  failed.reason = "unheard of";
  EXPECT_NE(squid_line(failed).find("/403 "), std::string::npos);
}

TEST(SquidLine, IsOnlyForTheEndOfARequest) {
  for (const auto action : {Action::start, Action::policy, Action::open, Action::checked, Action::progress,
                            Action::torn, Action::stop, Action::segment, Action::live})
    EXPECT_EQ(squid_line(line(action)), "");
}

TEST(SquidLine, KeepsItsFieldsWhateverTheyHold) {
  const std::regex shape(
      R"(\d+\.\d{3} +\d+ [\w.:%/\[\]-]+ TCP_TUNNEL/200 \d+ CONNECT [\w.:%/\[\]-]+ - HIER_DIRECT/[\w.:%/\[\]-]+ -\n)");
  for (const auto& text : {std::string("a b"), std::string("a\nb"), std::string("\x1b[31m"), std::string("<b>"),
                           std::string("=1"), std::string("a|b"), std::string("\0", 1), std::string("b\xc3\xbc"),
                           std::string("%41"), std::string(65'536, ' '), std::string("\"'`;")}) {
    auto event = line(Action::close);
    event.client = event.host = event.upstream = text;
    const auto written = squid_line(event);
    EXPECT_TRUE(std::regex_match(written, shape)) << written.substr(0, 200);
    EXPECT_LT(written.size(), 20'000U);
  }
  auto event = line(Action::close);
  event.host = "%41 ";
  EXPECT_NE(squid_line(event).find("CONNECT %2541%20:443 "), std::string::npos);
}

TEST(SquidLine, NamesWhatTheClientWroteWhereThatIsNoTarget) {
  auto denied = line(Action::denied);
  denied.host = {};
  denied.asked = "no target";
  EXPECT_NE(squid_line(denied).find("CONNECT no%20target - "), std::string::npos);
  denied.asked = {};
  EXPECT_NE(squid_line(denied).find("CONNECT - - "), std::string::npos);
}

}  // namespace
}  // namespace shirgate::test
