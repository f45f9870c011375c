#include "policy/reason.hpp"

#include <gtest/gtest.h>

#include <set>

namespace shirgate {
namespace {

TEST(ReasonTable, GivesEachReasonItsOwnTokenWhichReadsBack) {
  std::set<std::string_view> tokens;
  for (const auto& row : reason_table()) {
    EXPECT_TRUE(tokens.insert(row.token).second) << row.token;
    EXPECT_EQ(parse_reason(row.token), row.reason);
    EXPECT_FALSE(row.advice.empty()) << row.token;
  }
  EXPECT_EQ(parse_reason("no_such_reason"), std::nullopt);
}

TEST(ReasonTable, AnswersEveryRefusalBeforeTheTunnelWithAnErrorStatus) {
  for (const auto& row : reason_table()) {
    if (row.reason == Reason::allowed || row.stage >= Stage::first_flight) continue;
    if (row.reason == Reason::request_incomplete) continue;  // nobody is left to be told
    EXPECT_GE(row.status, 400) << row.token;
    EXPECT_FALSE(row.proxy_error.empty()) << row.token;
  }
}

TEST(ReasonTable, SendsNoCredentialChallengeForAPolicyDecision) {
  for (const auto& row : reason_table()) EXPECT_NE(row.status, 407) << row.token;
}

}  // namespace
}  // namespace shirgate
