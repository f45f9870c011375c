// Where the answer of a command goes.
#include "cli/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_directory.hpp"

namespace shirgate::test {
namespace {

class OutputFiles : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() + '/' + name; }
  static std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void put(const std::string& path, std::string_view text) { std::ofstream(path) << text; }
  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator all(directory_.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  LogDirectory directory_;
};

TEST_F(OutputFiles, AreReplacedWhole) {
  put(path("a"), "old");
  std::filesystem::permissions(path("a"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  auto file = OutputFile::open(path("a"));
  ASSERT_TRUE(file.has_value());
  file->write("new");
  EXPECT_EQ(text_of(path("a")), "old");
  EXPECT_TRUE(file->flush());
  EXPECT_EQ(text_of(path("a")), "new");
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(std::filesystem::status(path("a")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(OutputFiles, StayAsTheyWereWhereTheAnswerWasNotWhole) {
  put(path("a"), "old");
  {
    const auto file = OutputFile::open(path("a"));
    ASSERT_TRUE(file.has_value());
    file->write("half");
  }
  EXPECT_EQ(text_of(path("a")), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(OutputFiles, KeepTheGroupOfWhatTheyReplace) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to another group";
  constexpr gid_t other = 4711;
  put(path("a"), "old");
  ASSERT_EQ(::chown(path("a").c_str(), 0, other), 0);
  ASSERT_EQ(::chmod(path("a").c_str(), 0640), 0);
  auto file = OutputFile::open(path("a"));
  ASSERT_TRUE(file.has_value());
  file->write("new");
  EXPECT_TRUE(file->flush());
  struct stat now {};
  ASSERT_EQ(::stat(path("a").c_str(), &now), 0);
  EXPECT_EQ(now.st_gid, other);
  EXPECT_EQ(now.st_mode & 0777U, 0640U);
}

TEST_F(OutputFiles, ReplaceWhatALinkLeadsTo) {
  put(path("a"), "old");
  std::filesystem::create_symlink("a", path("link"));
  auto file = OutputFile::open(path("link"));
  ASSERT_TRUE(file.has_value());
  file->write("new");
  EXPECT_TRUE(file->flush());
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(text_of(path("a")), "new");
}

TEST_F(OutputFiles, MayBeDevices) {
  auto file = OutputFile::open("/dev/null");
  ASSERT_TRUE(file.has_value());
  file->write("gone");
  EXPECT_TRUE(file->flush());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(OutputFiles, AreNeverInADirectoryThatIsRead) {
  const std::vector<std::string> read{directory_.path() + "/."};
  put(path("audit-000000000001.jsonl"), "line");
  const auto file = OutputFile::open(path("audit-000000000001.jsonl"), read);
  ASSERT_TRUE(file.has_error());
  EXPECT_NE(file.error().text().find("is in an audit directory that is read"), std::string::npos);
  EXPECT_TRUE(OutputFile::open(path("new"), read).has_error());
  EXPECT_EQ(text_of(path("audit-000000000001.jsonl")), "line");
}

TEST_F(OutputFiles, SayWhyTheyCanNotBeWritten) {
  const auto file = OutputFile::open("/nothing/here");
  ASSERT_TRUE(file.has_error());
  EXPECT_EQ(file.error().text(), "/nothing/here: can't be written: No such file or directory");
}

}  // namespace
}  // namespace shirgate::test
