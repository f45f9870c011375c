#include "audit/log_time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace shirgate::test {
namespace {

TEST(LogTime, IsReadToTheMillisecond) {
  const auto read = parse_log_time("2026-11-22T02:29:36.341Z");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->time_since_epoch().count(), 1'795'314'576'341);
  EXPECT_EQ(parse_log_time("1970-01-01T00:00:00.000Z")->time_since_epoch().count(), 0);
  EXPECT_TRUE(parse_log_time("2028-02-29T23:59:59.999Z"));
}

TEST(LogTime, IsNothingElse) {
  for (const std::string text :
       {"", "2026-11-22", "2026-11-22T02:29:36Z", "2026-11-22 02:29:36.341Z", "2026-11-22T02:29:36.341",
        "2026-11-22T02:29:36.341Z ", "2026-02-29T02:29:36.341Z", "2026-13-01T02:29:36.341Z", "2026-00-01T02:29:36.341Z",
        "2026-11-31T02:29:36.341Z", "2026-11-22T24:00:00.000Z", "2026-11-22T02:60:36.341Z", "2026-11-22T02:29:60.341Z",
        "+026-11-22T02:29:36.341Z", "2026-11-22T02:29:36.34xZ"})
    EXPECT_FALSE(parse_log_time(text)) << text;
}

}  // namespace
}  // namespace shirgate::test
