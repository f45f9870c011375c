// Which files are read at all: nobody else may have written them, and reading them must end.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.hpp"
#include "config/read_file.hpp"
#include "config_text.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

constexpr std::size_t limit = 4096;

std::string complaint_about(const std::string& path) {
  const auto text = read_trusted_file(path, limit);
  return text.has_error() ? text.error().text() : "";
}

/// Changes the mode, or says so.
void set_mode(const std::string& path, mode_t mode) { ASSERT_EQ(::chmod(path.c_str(), mode), 0) << path; }

TEST(TrustedFile, IsReadWhole) {
  const TemporaryDirectory directory;
  EXPECT_EQ(*read_trusted_file(directory.file("a", "some text\n"), limit), "some text\n");
  const std::string bytes("\0\xff\n", 3);
  EXPECT_EQ(*read_trusted_file(directory.file("b", bytes), limit), bytes);
}

TEST(TrustedFile, MayBeEmpty) {
  const TemporaryDirectory directory;
  const auto text = read_trusted_file(directory.file("empty", ""), limit);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text, "");
}

TEST(TrustedFile, MayBeAsLargeAsTheLimitAndNoLarger) {
  const TemporaryDirectory directory;
  EXPECT_EQ(complaint_about(directory.file("fits", std::string(limit, 'x'))), "");
  EXPECT_EQ(complaint_about(directory.file("one-more", std::string(limit + 1, 'x'))), "is larger than 4 KiB");
  EXPECT_EQ(complaint_about(directory.file("much-more", std::string(limit * 100, 'x'))), "is larger than 4 KiB");
}

TEST(TrustedFile, MayBeReachedByALink) {
  const TemporaryDirectory directory;
  static_cast<void>(directory.file("target", "text"));
  ASSERT_EQ(::symlink("target", directory.path("link").c_str()), 0);
  EXPECT_EQ(*read_trusted_file(directory.path("link"), limit), "text");
}

TEST(UnsafeFiles, AreNotWaitedForWhereAFifoHasNoWriter) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo(directory.path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(complaint_about(directory.path("fifo")), "is not a regular file; name the file itself");
}

TEST(UnsafeFiles, AreNotReadWithoutEndWhereADeviceHasNone) {
  EXPECT_EQ(complaint_about("/dev/zero"), "is not a regular file; name the file itself");
  EXPECT_EQ(complaint_about("/dev/null"), "is not a regular file; name the file itself");
}

TEST(UnsafeFiles, AreDirectoriesToo) {
  const TemporaryDirectory directory;
  EXPECT_EQ(complaint_about(directory.path(".")), "is not a regular file; name the file itself");
}

TEST(UnsafeFiles, AreLinksInALoop) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::symlink("two", directory.path("one").c_str()), 0);
  ASSERT_EQ(::symlink("one", directory.path("two").c_str()), 0);
  const auto said = complaint_about(directory.path("one"));
  EXPECT_TRUE(said.starts_with("can't be read: Too many levels of symbolic links")) << said;
}

TEST(UnsafeFiles, AreThoseThatEverybodyCanWrite) {
  const TemporaryDirectory directory;
  const auto path = directory.file("open", "text");
  set_mode(path, 0666);
  EXPECT_EQ(complaint_about(path), "can be written by everybody; chmod o-w it and check what it says");
  set_mode(path, 0664);
  EXPECT_EQ(complaint_about(path), "") << "a group is chosen by somebody";
}

TEST(UnsafeFiles, AreThoseOfAnotherUser) {
  // Only root can give a file away. Everybody else still sees a file of root's, which is trusted.
  if (::geteuid() != 0) {
    EXPECT_EQ(read_trusted_file("/etc/passwd", std::size_t{1} << 20).has_value(), true);
    GTEST_SKIP() << "NOT TESTED without root: a file that belongs to another user";
  }
  const TemporaryDirectory directory;
  const auto path = directory.file("theirs", "text");
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  EXPECT_EQ(complaint_about(path), "belongs to user 65534, who is neither root nor the user of this process; chown it");
}

TEST(UnsafeFiles, AreThoseThatAreNotThere) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(complaint_about(directory.path("nowhere")).starts_with("can't be read: No such file or directory"));
}

TEST(UnsafeFiles, MakeNoConfiguration) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo(directory.path("fifo").c_str(), 0600), 0);
  const auto open = directory.file("open.toml", Text{}.text());
  ASSERT_TRUE(load_file(open).has_value());
  set_mode(open, 0646);
  for (const auto& path : {directory.path("fifo"), open, directory.path("."), std::string("/dev/zero")}) {
    const auto config = load_file(path);
    ASSERT_TRUE(config.has_error()) << path;
    ASSERT_EQ(config.error().size(), 1U);
    EXPECT_TRUE(to_string(config.error()[0]).starts_with(path + ": ")) << to_string(config.error()[0]);
  }
}

}  // namespace
}  // namespace shirgate::test
