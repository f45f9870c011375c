#include "lab/supervised.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lab/temporary_directory.hpp"

namespace shirgate::lab {
namespace {

namespace fs = std::filesystem;

/// TMPDIR is a directory of the test's own meanwhile.
class Supervised : public testing::Test {
 protected:
  Supervised() { ::setenv("TMPDIR", place_.path().c_str(), 1); }
  ~Supervised() override { ::unsetenv("TMPDIR"); }
  [[nodiscard]] bool left_nothing() const { return fs::is_empty(place_.path()); }

 private:
  TemporaryDirectory place_{"shirgate-supervised-test"};
};

int leave_a_file() {
  std::ofstream(fs::temp_directory_path() / "left") << "behind";
  return 0;
}

TEST_F(Supervised, LeavesNothingBehindWorkThatEnds) {
  const auto ended = run_supervised(leave_a_file);
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_TRUE(left_nothing());
}

TEST_F(Supervised, LeavesNothingBehindWorkThatCrashes) {
  const auto ended = run_supervised([] {
    leave_a_file();
    std::signal(SIGKILL, SIG_DFL);
    ::kill(::getpid(), SIGKILL);
    return 0;
  });
  EXPECT_FALSE(ended.exit_code);
  EXPECT_FALSE(ended.interrupted);
  EXPECT_TRUE(left_nothing());
}

TEST_F(Supervised, EndsWhatTheWorkLeftRunning) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const auto ended = run_supervised([] {
    if (::fork() == 0) {
      ::pause();
      ::_exit(1);
    }
    return 0;
  });
  EXPECT_EQ(ended.exit_code, 0);
  ::close(ends[1]);
  char none = 0;
  EXPECT_EQ(::read(ends[0], &none, 1), 0) << "nobody holds the other end any more";
  ::close(ends[0]);
}

TEST_F(Supervised, SparesTheChildrenOfBefore) {
  const auto before = ::fork();
  if (before == 0) {
    ::pause();
    ::_exit(1);
  }
  EXPECT_EQ(run_supervised(leave_a_file).exit_code, 0);
  EXPECT_EQ(::waitpid(before, nullptr, WNOHANG), 0) << "it still runs";
  ::kill(before, SIGKILL);
  EXPECT_EQ(::waitpid(before, nullptr, 0), before);
}

TEST_F(Supervised, ShowsWhatFailed) {
  testing::internal::CaptureStderr();
  const auto ended = run_supervised([]() -> int { throw std::runtime_error("no port is free"); });
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "shirgate: no port is free\n");
}

TEST_F(Supervised, IsQuietWhereItWorked) {
  testing::internal::CaptureStderr();
  const auto ended = run_supervised([] {
    static_cast<void>(::write(STDERR_FILENO, "noise", 5));
    return 1;
  });
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace shirgate::lab
