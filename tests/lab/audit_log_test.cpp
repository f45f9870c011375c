#include "lab/audit_log.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "lab/temporary_directory.hpp"

namespace shirgate::lab {
namespace {

constexpr std::string_view open_line =
    R"({"shirgate.seq":1,"event.action":"open","source.port":4711,"shirgate.lab":true})";
constexpr std::string_view close_line = R"({"shirgate.seq":2,"event.action":"close","source.port":4711})";

TEST(AuditLine, HasWhatIsThereAndNothingElse) {
  const auto line = AuditLine::parse(open_line);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->action(), "open");
  EXPECT_EQ(line->number("source.port"), 4711U);
  EXPECT_TRUE(line->flag("shirgate.lab"));
  EXPECT_FALSE(line->is_terminal());
  EXPECT_EQ(line->text("source.port"), "");
  EXPECT_EQ(line->number("event.action"), 0U);
  EXPECT_FALSE(line->flag("event.action"));
  EXPECT_FALSE(line->has("source.bytes"));
}

TEST(AuditLine, IsAnObject) {
  for (const auto* text : {"", "{", "[]", "7", "{} {}"}) EXPECT_FALSE(AuditLine::parse(text)) << text;
}

class AuditDirectory : public testing::Test {
 protected:
  void write(std::string_view text) {
    std::ofstream(directory_.path() / "audit-000000000001.jsonl", std::ios::app) << text;
  }
  [[nodiscard]] std::string path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_{"shirgate-audit-log-test"};
};

TEST_F(AuditDirectory, IsEmptyBeforeTheFirstLine) { EXPECT_TRUE(read_audit_log(path()).lines.empty()); }

TEST_F(AuditDirectory, ReadsWholeLinesOnly) {
  write(std::string(open_line) + "\nnot json\n" + std::string(close_line));
  const auto log = read_audit_log(path());
  EXPECT_EQ(log.lines.size(), 1U);
  EXPECT_EQ(log.unreadable, 1U);
}

TEST_F(AuditDirectory, FindsTheLinesOfARequestOnceItEnded) {
  write(std::string(open_line) + "\n");
  EXPECT_EQ(await_end_of_request(path(), 4711, std::chrono::milliseconds(0)).size(), 1U);
  write(std::string(close_line) + "\n");
  EXPECT_EQ(await_end_of_request(path(), 4711, std::chrono::seconds(10)).size(), 2U);
  EXPECT_TRUE(await_end_of_request(path(), 4712, std::chrono::milliseconds(0)).empty());
}

}  // namespace
}  // namespace shirgate::lab
