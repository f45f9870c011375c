#include "audit/sinks/cursor.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "audit/chain.hpp"
#include "segment_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

TEST(Cursor, IsReadAsItWasWritten) {
  const TemporaryDirectory directory;
  const CursorFile file(directory.path(), "siem");
  const Cursor cursor{42, hash_of_line("a line")};
  ASSERT_TRUE(file.write(cursor).has_value());
  EXPECT_EQ(*CursorFile(directory.path(), "siem").read(), cursor);
  const Cursor later{43, hash_of_line("another")};
  ASSERT_TRUE(file.write(later).has_value());
  EXPECT_EQ(*file.read(), later);
  EXPECT_FALSE(std::filesystem::exists(file.path() + ".new"));
}

TEST(Cursor, IsAbsentBeforeTheFirstDelivery) {
  const TemporaryDirectory directory;
  const auto read = CursorFile(directory.path(), "siem").read();
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->has_value());
}

TEST(Cursor, ThatIsDamagedIsRefusedWithFileAndRemedy) {
  const TemporaryDirectory directory;
  const CursorFile file(directory.path(), "siem");
  ASSERT_TRUE(file.write({42, hash_of_line("a line")}).has_value());
  const auto good = "42 " + to_hex(hash_of_line("a line")) + '\n';
  for (const auto& text : {std::string(), good.substr(0, 20), good.substr(0, good.size() - 1), "x" + good, good + good,
                           "42 " + std::string(64, 'G') + '\n', std::string(4096, '1')}) {
    write_file(file.path(), text);
    const auto read = file.read();
    ASSERT_TRUE(read.has_error()) << text;
    EXPECT_NE(read.error().text().find(file.path()), std::string::npos) << read.error().text();
    EXPECT_NE(read.error().text().find("remove the file"), std::string::npos) << read.error().text();
  }
}

TEST(Cursor, ThatCanNotBeReadIsRefused) {
  const TemporaryDirectory directory;
  const CursorFile file(directory.path(), "siem");
  std::filesystem::create_directories(file.path());
  EXPECT_TRUE(file.read().has_error());
}

TEST(Cursor, ThatCanNotBeWrittenSaysWhere) {
  const TemporaryDirectory directory;
  write_file(directory.path() + "/cursors", "in the way");
  const auto written = CursorFile(directory.path(), "siem").write({1, {}});
  ASSERT_TRUE(written.has_error());
  EXPECT_NE(written.error().text().find("cursors"), std::string::npos) << written.error().text();
}

}  // namespace
}  // namespace shirgate::test
