// Azurite's process, played by small scripts; the real one is in tests/e2e.
#include "lab/azurite.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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
    const auto path = place_.path() / "azurite-blob";
    std::ofstream(path) << "#!/bin/sh\n" << script << '\n';
    fs::permissions(path, fs::perms::owner_all);
    const auto started = Azurite::start(path.string(), "contosostage", limit);
    return started.has_error() ? started.error().text() : "none";
  }

 private:
  TemporaryDirectory place_{"shirgate-azurite-test"};
};

TEST_F(AzuriteProgram, IsAskedForByAPathThatIsThere) {
  const auto started = Azurite::start("/nowhere/azurite-blob", "contosostage");
  ASSERT_TRUE(started.has_error());
  EXPECT_NE(started.error().text().find("no such program"), std::string::npos) << started.error().text();
}

TEST_F(AzuriteProgram, IsQuotedWhereItEnds) {
  const auto complaint = complaint_about("echo first; echo unknown option >&2; exit 1");
  EXPECT_NE(complaint.find("it ended before it listened: unknown option; --azurite built-in"), std::string::npos)
      << complaint;
}

TEST_F(AzuriteProgram, IsNotWaitedForWithoutEnd) {
  const auto complaint = complaint_about("echo still loading; exec sleep 60", std::chrono::milliseconds(300));
  EXPECT_NE(complaint.find("it did not listen within 300 ms"), std::string::npos) << complaint;
}

TEST_F(AzuriteProgram, IsFoundOutWhereNothingListens) {
  const auto complaint = complaint_about("echo successfully listens on http://127.0.0.1:1; exec sleep 60");
  EXPECT_NE(complaint.find("what listens is not Azurite: HTTP/1.1 502"), std::string::npos) << complaint;
}

TEST_F(AzuriteProgram, GetsItsAccountAndPlace) {
  const auto complaint = complaint_about("echo \"$AZURITE_ACCOUNTS $*\"; exit 1");
  EXPECT_NE(complaint.find("contosostage:"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("--blobHost 127.0.0.1 --blobPort 0 --location /"), std::string::npos) << complaint;
}

}  // namespace
}  // namespace shirgate::lab
