// `shirgate lab` itself, as somebody runs it.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "lab/temporary_directory.hpp"

namespace shirgate::lab {
namespace {

namespace fs = std::filesystem;

/// The program in a directory of its own, with its TMPDIR there.
class Lab {
 public:
  explicit Lab(std::vector<std::string> arguments) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::setenv("TMPDIR", directory_.path().c_str(), 1);
      ::setenv("PATH", "/nowhere", 1);  // whoever has an azurite-blob does not test with it here
      std::vector<char*> argv;
      arguments.insert(arguments.begin(), SHIRGATE_BINARY);
      for (auto& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      ::execv(SHIRGATE_BINARY, argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Lab() {
    if (out_ >= 0) ::close(out_);
  }
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  /// Reads until `text` or the end has come.
  bool wait_for(std::string_view text) {
    while (output_.find(text) == std::string::npos && read_more()) {
    }
    return output_.find(text) != std::string::npos;
  }
  void interrupt() const { ::kill(pid_, SIGINT); }
  /// Its exit code, once it has ended.
  int end() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] bool left_nothing() const { return fs::is_empty(directory_.path()); }
  [[nodiscard]] bool has_begun() const { return !fs::is_empty(directory_.path()); }
  [[nodiscard]] fs::path path() const { return directory_.path(); }

 private:
  bool read_more() {
    std::array<char, 4096> bytes{};
    const auto got = ::read(out_, bytes.data(), bytes.size());
    if (got > 0) output_.append(bytes.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  TemporaryDirectory directory_{"shirgate-lab-test"};
  pid_t pid_ = -1;
  int out_ = -1;
  std::string output_;
};

class LabCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(SHIRGATE_BINARY)) GTEST_SKIP() << SHIRGATE_BINARY << " is not built";
  }
};

TEST_F(LabCommand, RunsAScenarioWithinTheWidthOfAPage) {
  Lab lab({"lab", "run", "relay-blocked"});
  EXPECT_EQ(lab.end(), 0) << lab.output();
  EXPECT_NE(lab.output().find("The portal shows the node as Limited."), std::string::npos) << lab.output();
  EXPECT_NE(lab.output().find("expectations held"), std::string::npos) << lab.output();
  for (std::size_t at = 0; at < lab.output().size();) {
    const auto end = std::min(lab.output().find('\n', at), lab.output().size());
    EXPECT_LE(end - at, 120U) << lab.output().substr(at, end - at);
    at = end + 1;
  }
  EXPECT_TRUE(lab.left_nothing());
}

TEST_F(LabCommand, AnswersAsOneJsonObject) {
  Lab lab({"lab", "run", "no-auto-update", "--json"});
  EXPECT_EQ(lab.end(), 0) << lab.output();
  boost::json::error_code error;
  const auto answer = boost::json::parse(lab.output(), error);
  ASSERT_FALSE(error) << lab.output();
  EXPECT_EQ(answer.at("held"), true);
  const auto& channels = answer.at("scenarios").as_array().front().at("channels").as_array();
  EXPECT_EQ(channels.size(), 6U);
}

TEST_F(LabCommand, ShowsWhatBreaksWithoutAChannel) {
  Lab lab({"lab", "run", "sql-direct", "--without", "data-sql"});
  EXPECT_EQ(lab.end(), 1) << lab.output();
  EXPECT_NE(lab.output().find("BROKEN"), std::string::npos) << lab.output();
  EXPECT_NE(lab.output().find("host_not_listed"), std::string::npos) << lab.output();
  EXPECT_NE(lab.output().find("Cannot connect to SQL Server"), std::string::npos) << lab.output();
}

TEST_F(LabCommand, WritesAPage) {
  const TemporaryDirectory place("shirgate-lab-page");
  const auto page = place.path() / "lab.html";
  Lab lab({"lab", "run", "relay-blocked", "--html", page.string(), "--format", "markdown"});
  EXPECT_EQ(lab.end(), 0) << lab.output();
  std::ifstream file(page);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(text.find("<td class=\"blocked\">blocked</td>"), std::string::npos) << text;
  EXPECT_NE(text.find("<p>Blob storage: built-in</p>\n"), std::string::npos) << text;
  EXPECT_NE(lab.output().find("| relay | blocked | blocked (host\\_not\\_listed) |"), std::string::npos)
      << lab.output();
}

TEST_F(LabCommand, LooksForThePagesFolderBeforeTheWork) {
  Lab lab({"lab", "run", "all", "--html", "/nowhere/page.html"});
  EXPECT_EQ(lab.end(), 2) << lab.output();
  EXPECT_EQ(lab.output(), "--html /nowhere/page.html: can't be written; name a file in a folder that is there\n");
}

TEST_F(LabCommand, SaysInMarkdownWhatDidNotHold) {
  Lab lab({"lab", "run", "no-auto-update", "--without", "relay", "--format", "markdown"});
  EXPECT_EQ(lab.end(), 1) << lab.output();
  EXPECT_NE(lab.output().find("\n- **NO** relay: it comes to works; found: blocked (host\\_not\\_listed)"),
            std::string::npos)
      << lab.output();
  EXPECT_NE(lab.output().find("\nThe portal shows the node as Limited.\n"), std::string::npos) << lab.output();
}

TEST_F(LabCommand, NamesAndExplainsScenarios) {
  Lab list({"lab", "list"});
  EXPECT_EQ(list.end(), 0);
  EXPECT_NE(list.output().find("private-link-dns-wrong"), std::string::npos) << list.output();
  Lab explain({"lab", "explain", "reload-revokes"});
  EXPECT_EQ(explain.end(), 0);
  EXPECT_NE(explain.output().find("after a reload while the node is at work"), std::string::npos) << explain.output();
}

TEST_F(LabCommand, RunsAFileAndNamesItsMistakes) {
  const TemporaryDirectory place("shirgate-lab-file");
  const auto path = (place.path() / "mine.toml").string();
  std::ofstream(path) << "title = \"T\"\ndescription = \"D\"\n[expect]\nstatus = \"Fine\"\n";
  Lab lab({"lab", "run", path});
  EXPECT_EQ(lab.end(), 2);
  EXPECT_NE(lab.output().find("mine.toml:4: [expect] status"), std::string::npos) << lab.output();
}

TEST_F(LabCommand, SaysWhatItDoesNotKnow) {
  Lab typo({"lab", "run", "alowlist"});
  EXPECT_EQ(typo.end(), 2);
  EXPECT_NE(typo.output().find("did you mean 'allowlist'?"), std::string::npos) << typo.output();
  Lab channel({"lab", "run", "allowlist", "--without", "relai"});
  EXPECT_EQ(channel.end(), 2);
  EXPECT_NE(channel.output().find("no channel of the lab"), std::string::npos) << channel.output();
}

TEST_F(LabCommand, SaysWhichStorageItUsed) {
  Lab lab({"lab", "run", "allowlist", "--azurite", "built-in"});
  EXPECT_EQ(lab.end(), 0) << lab.output();
  EXPECT_NE(lab.output().find("\nBlob storage: built-in\n"), std::string::npos) << lab.output();
  Lab json({"lab", "run", "allowlist", "--azurite", "built-in", "--json"});
  EXPECT_EQ(json.end(), 0) << json.output();
  boost::json::error_code error;
  const auto answer = boost::json::parse(json.output(), error);
  ASSERT_FALSE(error) << json.output();
  const auto& storage = answer.at("scenarios").as_array().front().at("blob_storage").as_string();
  EXPECT_EQ(std::string_view(storage), "built-in");
}

TEST_F(LabCommand, SaysWhatToDoWhereAzuriteIsNotThere) {
  Lab missing({"lab", "run", "allowlist", "--azurite", "/nowhere/azurite-blob"});
  EXPECT_EQ(missing.end(), 2);
  EXPECT_EQ(missing.output(),
            "--azurite /nowhere/azurite-blob: there is no such program, npm install -g azurite brings azurite-blob; "
            "--azurite built-in does without it\n");
  EXPECT_TRUE(missing.left_nothing());
  Lab netns({"lab", "up", "allowlist", "--azurite", "azurite-blob", "--netns"});
  EXPECT_EQ(netns.end(), 2);
  EXPECT_EQ(netns.output(),
            "--azurite azurite-blob: with --netns the built-in storage is used; leave out one of the two\n");
}

TEST_F(LabCommand, StartsNoAzuriteWhereNothingIsStaged) {
  const TemporaryDirectory place("shirgate-lab-page");
  const auto page = place.path() / "lab.html";
  Lab lab({"lab", "run", "sql-direct", "--azurite", "/nowhere/azurite-blob", "--html", page.string()});
  EXPECT_EQ(lab.end(), 0) << lab.output();
  EXPECT_EQ(lab.output().find("Blob storage"), std::string::npos) << lab.output();
  std::ifstream file(page);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(text.find("</p>\n<table>"), std::string::npos) << text;
  EXPECT_EQ(text.find("<p></p>"), std::string::npos) << text;
}

TEST_F(LabCommand, StaysUpUntilItIsInterruptedAndLeavesNothing) {
  Lab lab({"lab", "up", "allowlist"});
  ASSERT_TRUE(lab.wait_for("Ctrl-C ends it")) << lab.output();
  EXPECT_NE(lab.output().find("proxy   http://127.0.0.1:"), std::string::npos) << lab.output();
  EXPECT_TRUE(lab.has_begun());
  lab.interrupt();
  EXPECT_EQ(lab.end(), 0);
  EXPECT_TRUE(lab.left_nothing());
}

TEST_F(LabCommand, LeavesNothingWhenItIsInterruptedInTheMiddle) {
  Lab lab({"lab", "run", "slow-link"});
  // As soon as there is something that could be left.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!lab.has_begun() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_TRUE(lab.has_begun());
  lab.interrupt();
  EXPECT_EQ(lab.end(), 2);
  EXPECT_TRUE(lab.left_nothing());
}

}  // namespace
}  // namespace shirgate::lab
