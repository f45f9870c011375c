// Azurite's process, played by small scripts; the real one is in tests/e2e.
#include "lab/azurite.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "lab/loopback_listener.hpp"

namespace shirgate::lab {
namespace {

namespace fs = std::filesystem;

TEST(Azurite, SaysWhereItListens) {
  const std::string line = "Azurite Blob service successfully listens on http://127.0.0.1:40123";
  EXPECT_EQ(port_in("starting\n" + line + "\nmore\n"), 40123);
  EXPECT_FALSE(port_in(line)) << "digits may follow";
  EXPECT_FALSE(port_in("successfully listens on http://127.0.0.1:0\n"));
  EXPECT_FALSE(port_in("successfully listens on http://127.0.0.1:65536\n"));
  EXPECT_FALSE(port_in("successfully listens on http://127.0.0.1:40x\n"));
  EXPECT_FALSE(port_in(""));
}

TEST(Azurite, SaysItsVersion) {
  EXPECT_EQ(azurite_name_in("Azurite-Blob/3.35.0"), "Azurite 3.35.0");
  for (const auto* other : {"", "Azurite-Blob/", "Azurite-Blob/3\x1b[31m", "nginx/1.22"})
    EXPECT_FALSE(azurite_name_in(other)) << other;
}

class AzuriteProgram : public testing::Test {
 protected:
  /// What becomes of this script in Azurite's place.
  [[nodiscard]] std::string complaint_about(const std::string& script,
                                            std::chrono::milliseconds limit = Azurite::start_limit) {
    const auto path = place.path() / "azurite-blob";
    return complaint_about_file("#!/bin/sh\n" + script + '\n', limit);
  }
  /// The same of a file that holds just this.
  [[nodiscard]] std::string complaint_about_file(const std::string& content,
                                                 std::chrono::milliseconds limit = Azurite::start_limit) {
    const auto path = place.path() / "azurite-blob";
    std::ofstream(path) << content;
    fs::permissions(path, fs::perms::owner_all);
    const auto started = Azurite::start(path.string(), "contosostage", limit);
    return started.has_error() ? started.error().text() : "none";
  }

  TemporaryDirectory place{"shirgate-azurite-test"};
};

TEST_F(AzuriteProgram, IsAskedForByAPathThatIsThere) {
  for (const auto& none : {std::string("/nowhere/azurite-blob"), place.path().string()}) {
    const auto started = Azurite::start(none, "contosostage");
    ASSERT_TRUE(started.has_error());
    EXPECT_NE(started.error().text().find("no such program"), std::string::npos) << started.error().text();
  }
}

TEST_F(AzuriteProgram, IsSaidNotToRunWhereItCant) {
  const auto complaint = complaint_about_file("neither a script nor a program\n");
  EXPECT_NE(complaint.find("it ended before it listened: Exec format error; --azurite"), std::string::npos)
      << complaint;
}

TEST_F(AzuriteProgram, IsQuotedWhereItEnds) {
  const auto complaint = complaint_about("echo first; echo unknown option >&2; exit 1");
  EXPECT_NE(complaint.find("it ended before it listened: unknown option; --azurite built-in"), std::string::npos)
      << complaint;
}

TEST_F(AzuriteProgram, IsNotWaitedForWithoutEnd) {
  const auto complaint = complaint_about("echo still loading; exec sleep 60", std::chrono::milliseconds(300));
  EXPECT_NE(complaint.find("it did not serve within 300 ms: "), std::string::npos) << complaint;
}

TEST_F(AzuriteProgram, IsNotWaitedForWithoutEndWhereItListensAndIsSilent) {
  LoopbackListener silent([](BlockingSocket& socket) { static_cast<void>(socket.read_up_to(max_head_bytes)); });
  const auto says = fmt::format("echo successfully listens on http://{}; exec sleep 60", to_string(silent.at()));
  const auto begun = std::chrono::steady_clock::now();
  const auto complaint = complaint_about(says, std::chrono::seconds(2));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Azurite::start_limit)
      << "the first question has no limit of its own";
  EXPECT_NE(complaint.find("it did not serve within 2000 ms: "), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("gave no answer. waiting: Connection timed out"), std::string::npos) << complaint;
}

TEST_F(AzuriteProgram, EndsWithWhatItForked) {
  const auto pid_file = place.path() / "pid";
  const auto complaint = complaint_about(fmt::format("sleep 600 & echo $! >{}; exit 1", pid_file.string()));
  EXPECT_NE(complaint.find("it ended before it listened"), std::string::npos) << complaint;
  long pid = 0;
  std::ifstream(pid_file) >> pid;
  ASSERT_GT(pid, 0);
  const auto state = [&] {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    return text.empty() ? 'Z' : text[text.rfind(')') + 2];
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (state() != 'Z' && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(state(), 'Z') << "gone, or dead and waiting for its new parent";
}

TEST_F(AzuriteProgram, IsFoundOutWhereNothingListens) {
  const auto complaint = complaint_about("echo successfully listens on http://127.0.0.1:1; exec sleep 60");
  EXPECT_NE(complaint.find("can't connect to 127.0.0.1:1: Connection refused; --azurite"), std::string::npos)
      << complaint;
}

TEST_F(AzuriteProgram, GetsItsAccountAndPlace) {
  const auto complaint = complaint_about("echo \"$AZURITE_ACCOUNTS $*\"; exit 1");
  EXPECT_NE(complaint.find("contosostage:"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("--blobHost 127.0.0.1 --blobPort 0 --location /"), std::string::npos) << complaint;
}

}  // namespace
}  // namespace shirgate::lab
