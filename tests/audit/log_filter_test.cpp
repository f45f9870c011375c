#include "audit/log_filter.hpp"

#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

const WallTime noon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12) + std::chrono::milliseconds(7);

TEST(LogTime, IsWrittenAsLinesHaveIt) {
  EXPECT_EQ(time_text(noon), "2026-11-22T12:00:00.007Z");
  EXPECT_EQ(time_text(WallTime() - std::chrono::milliseconds(1)), "1969-12-31T23:59:59.999Z");
}

TEST(LogTime, IsReadAsPeopleWriteIt) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"2026", "2026"},
           {"2026-11", "2026-11"},
           {"2026-11-22", "2026-11-22"},
           {"2026-11-22 08", "2026-11-22T08"},
           {"2026-11-22T08:30", "2026-11-22T08:30"},
           {"2026-11-22T08:00:00Z", "2026-11-22T08:00:00"},
           {"2026-11-22T08:00:00.123Z", "2026-11-22T08:00:00.123"},
           {"0s", "2026-11-22T12:00:00.007Z"},
           {"30m", "2026-11-22T11:30:00.007Z"},
           {"24h", "2026-11-21T12:00:00.007Z"},
           {"7d", "2026-11-15T12:00:00.007Z"},
           {"2w", "2026-11-08T12:00:00.007Z"},
       }) {
    const auto time = read_time(text, noon);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(*time, expected);
  }
}

TEST(LogTime, IsNothingElse) {
  for (const auto* text : {"", "Z", "h", "24", "-24h", "24 h", "1.5h", "yesterday", "2026-1", "2026-11-2",
                           "2026-11-22T", "2026-11-22T08:0", "2026-11-22T08:00:00.1", "2026-11-22T08:00:00+01:00",
                           "22.11.2026", "99999999d", "99999999999h", "2026-11-22T08:00:00.1234"})
    EXPECT_TRUE(read_time(text, noon).has_error()) << text;
}

}  // namespace
}  // namespace shirgate::test
