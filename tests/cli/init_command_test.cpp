// The command itself, as somebody runs it. The key is made up; its secret says so in base64.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/load.hpp"

namespace shirgate {
namespace {

namespace fs = std::filesystem;

const std::string guid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const std::string secret = "c2hpcmdhdGUtdGVzdHM6bm90LWEtc2VjcmV0LXJlYWw=";
const std::string key =
    "IR@" + guid + "@Contoso-Prod@ServiceEndpoint=contoso-prod.westeurope.datafactory.azure.net@" + secret;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Ran {
  int status = -1;
  std::string output;
  std::string errors;
};

class InitCommand : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(SHIRGATE_BINARY)) GTEST_SKIP() << SHIRGATE_BINARY << " is not built";
    std::string pattern = (fs::temp_directory_path() / "shirgate-init-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fs::create_directory(folder_ / "out");
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  /// Runs `shirgate init` in the folder "out", with `input` on standard input.
  Ran run(const std::string& arguments, const std::string& input = {}) const {
    std::ofstream(folder_ / "input") << input;
    const auto command = "cd " + (folder_ / "out").string() + " && " SHIRGATE_BINARY " init " + arguments +
                         " < ../input > ../output 2> ../errors";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(folder_ / "output"), read(folder_ / "errors")};
  }

  [[nodiscard]] fs::path out(const std::string& name) const { return folder_ / "out" / name; }
  /// How many files there are beside each other.
  [[nodiscard]] long files() const {
    return std::distance(fs::directory_iterator(folder_ / "out"), fs::directory_iterator());
  }

  fs::path folder_;
};

/// Any eight characters in a row of the GUID or the secret.
bool gives_away(const std::string& text) {
  for (const auto& part : {guid, secret})
    for (std::size_t i = 0; i + 8 <= part.size(); ++i)
      if (text.find(part.substr(i, 8)) != std::string::npos) return true;
  return false;
}

constexpr auto factory = "--factory contoso-prod --region westeurope ";

TEST_F(InitCommand, WritesWhatCheckTakes) {
  const auto ran =
      run(std::string(factory) +
          "--client 10.20.0.21/32 10.20.0.22/32 --listen 10.20.0.10:3128 --relay-host g1.servicebus.windows.net "
          "--staging-account contosostage --key-vault contoso-kv --no-auto-update --entra-auth "
          "--audit-directory /srv/audit --name prod -o made.toml");
  EXPECT_EQ(ran.status, 0) << ran.errors;
  EXPECT_EQ(ran.errors, "");
  const auto loaded = load_file(out("made.toml").string());
  ASSERT_TRUE(loaded.has_value()) << read(out("made.toml"));
  ASSERT_EQ(loaded->factories.size(), 1U);
  const auto& made = loaded->factories.front();
  EXPECT_EQ(made.runtime.text(), "prod");
  EXPECT_EQ(made.staging_accounts, adf::Texts{"contosostage"});
  EXPECT_EQ(made.key_vaults, adf::Texts{"contoso-kv"});
  EXPECT_FALSE(made.auto_update);
  EXPECT_TRUE(made.entra_auth);
  EXPECT_EQ(loaded->settings.audit_directory, "/srv/audit");
  struct stat status {};
  ASSERT_EQ(::stat(out("made.toml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
  EXPECT_EQ(files(), 1);
}

TEST_F(InitCommand, KeepsTheKeyOutOfEverything) {
  for (const auto& input : {key, key + "\r\n", "\"" + key + "\"", key.substr(0, key.size() - 40), key + key,
                            "IR@" + guid + "@contoso@ServiceEndpoint=other.example.net@" + secret}) {
    const auto ran = run("--ir-key - --json", input);
    EXPECT_FALSE(gives_away(ran.output + ran.errors)) << ran.output << ran.errors;
    const auto written = run("--ir-key - -o made.toml --force", input);
    EXPECT_EQ(written.status, ran.status);
    EXPECT_FALSE(gives_away(written.output + written.errors)) << written.output << written.errors;
  }
  EXPECT_FALSE(gives_away(read(out("made.toml"))));
  EXPECT_TRUE(load_file(out("made.toml").string()).has_value()) << read(out("made.toml"));
}

TEST_F(InitCommand, RefusesAKeyOnTheCommandLineWithoutRepeatingIt) {
  for (const auto& arguments :
       {"--ir-key '" + key + "'", "'" + key + "'", "--ir-key-file '" + key + "'", "--factory '" + key + "'",
        "--irkey='" + key + "'", "--ir-key " + secret, "--client 10.0.0.1 '" + key + "'", "-o '" + key + "'"}) {
    const auto ran = run(arguments);
    EXPECT_EQ(ran.status, 2) << arguments;
    EXPECT_FALSE(gives_away(ran.output + ran.errors)) << ran.errors;
    EXPECT_NE(ran.errors.find("does not belong on the command line"), std::string::npos) << ran.errors;
  }
}

TEST_F(InitCommand, ReadsTheKeyFromAPipeAndTheStatusFromAFile) {
  std::ofstream(out("status.json")) << R"({"properties": {"typeProperties": {"autoUpdate": "Off",
                                          "serviceUrls": ["g1.servicebus.windows.net"]}}})";
  ASSERT_EQ(::mkfifo(out("pipe").c_str(), 0600), 0);
  std::ofstream(folder_ / "key") << key << '\n';
  const auto feed = "cat " + (folder_ / "key").string() + " > " + out("pipe").string() + " &";
  ASSERT_EQ(std::system(feed.c_str()), 0);
  const auto ran = run("--ir-key-file pipe --status status.json --json");
  ASSERT_EQ(ran.status, 0) << ran.errors;
  const auto answer = boost::json::parse(ran.output);
  const std::string text(answer.at("config").as_string());
  EXPECT_TRUE(load(text, "made").has_value()) << text;
  EXPECT_NE(text.find("factory = \"contoso-prod\""), std::string::npos) << text;
  EXPECT_NE(text.find("relay_hosts = [\"g1.servicebus.windows.net\"]"), std::string::npos) << text;
  ASSERT_FALSE(answer.at("unknown").as_array().empty());
  EXPECT_EQ(answer.at("unknown").as_array().front().at("key"), "listen");
}

TEST_F(InitCommand, ListsWhatItCouldNotKnow) {
  const auto ran = run(factory);
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.errors.substr(0, 16), "could not know:\n") << ran.errors;
  for (const auto* known : {"  listen: ", "  clients: ", "  relay_hosts: ", "  auto_update: "})
    EXPECT_NE(ran.errors.find(known), std::string::npos) << known << ran.errors;
  EXPECT_TRUE(load(ran.output, "made").has_value()) << ran.output;
}

TEST_F(InitCommand, ReplacesNothingUnasked) {
  std::ofstream(out("made.toml")) << "mine";
  fs::permissions(out("made.toml"), fs::perms::owner_read | fs::perms::owner_write);
  const auto kept = run(std::string(factory) + "-o made.toml");
  EXPECT_EQ(kept.status, 2);
  EXPECT_NE(kept.errors.find("made.toml: is there already; --force replaces it"), std::string::npos) << kept.errors;
  EXPECT_EQ(read(out("made.toml")), "mine");
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(run(std::string(factory) + "-o made.toml --force").status, 0);
  EXPECT_TRUE(load_file(out("made.toml").string()).has_value());
  EXPECT_EQ(fs::status(out("made.toml")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(files(), 1);
}

TEST_F(InitCommand, LeavesNothingWhereItCannotWrite) {
  fs::create_directory(out("folder"));
  fs::create_symlink("nowhere", out("link"));
  for (const auto* path : {"missing/made.toml", "folder", "link", "/dev/null", "/proc/made.toml"})
    EXPECT_EQ(run(std::string(factory) + "--force -o " + path).status, 2) << path;
  EXPECT_EQ(files(), 2);
  EXPECT_TRUE(fs::is_empty(out("folder")));
  if (::geteuid() == 0) return;  // root writes everywhere
  fs::permissions(out("folder"), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(run(std::string(factory) + "-o folder/made.toml").status, 2);
}

struct WrongCase {
  const char* arguments;
  const char* says;
};

TEST_F(InitCommand, SaysOnceWhatIsWrong) {
  for (const auto& wrong :
       {WrongCase{"--factory a_b --region westeurope", "--factory: 'a_b' is not a factory name"},
        WrongCase{"--factory contoso --region westeuropa", "did you mean 'westeurope'?"},
        WrongCase{"--factory contoso --region usgovvirginia", "belongs to cloud = \"usgov\""},
        WrongCase{"--factory contoso --region westeurope --cloud azure", "write one of: public, usgov, china"},
        WrongCase{"--factory contoso --region westeurope --fctory", "'--fctory' is not an option"},
        WrongCase{"--factory contoso --region westeurope --client nobody", "'nobody' is not a range"},
        WrongCase{"--factory contoso --region westeurope --name 'a b'", "use up to 64 letters"},
        WrongCase{"--factory contoso --region westeurope --relay-host g1.evil.example",
                  "is not below servicebus.windows.net"},
        WrongCase{"--factory contoso --region westeurope --interactive-authoring relay", "multi_tenant_ack"},
        WrongCase{"--factory contoso --region westeurope --multi-tenant-ack CHG-1", "is not CHANNEL=TICKET"},
        WrongCase{"--factory contoso --region westeurope --force", "--force needs -o FILE"},
        WrongCase{"--ir-key - --status -", "there is one standard input"},
        WrongCase{"--status missing.json", "missing.json: can't be read"}}) {
    const auto ran = run(std::string(wrong.arguments));
    EXPECT_EQ(ran.status, 2) << wrong.arguments;
    EXPECT_EQ(ran.output, "") << wrong.arguments;
    EXPECT_NE(ran.errors.find(wrong.says), std::string::npos) << wrong.arguments << '\n' << ran.errors;
    EXPECT_EQ(std::count(ran.errors.begin(), ran.errors.end(), '\n'), 1) << ran.errors;
  }
  const auto nothing = run("");
  EXPECT_EQ(nothing.status, 2);
  EXPECT_NE(nothing.errors.find("--ir-key-file FILE"), std::string::npos) << nothing.errors;
  EXPECT_EQ(run("--factory a-b --factory c-d --region westeurope").status, 2);
  EXPECT_EQ(run(std::string(factory) + "--auto-update --no-auto-update").status, 2);
}

}  // namespace
}  // namespace shirgate
