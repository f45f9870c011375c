#include "config/load.hpp"

#include <gtest/gtest.h>

#include "config_text.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

TEST(Load, TakesTheGoodTextsTheOtherTestsStartFrom) {
  EXPECT_EQ(all_of(mistakes_in(Text{}.text())), "");
  EXPECT_EQ(all_of(mistakes_in(with_rest(written("[[allow]]", good_allow)))), "");
}

TEST(Load, ReportsEveryMistakeOfAFileInTheOrderOfItsLines) {
  const auto found = mistakes_in(R"([gate]
listen = []
workers = -1
[[runtime]]
name = "a b"
clients = ["10.20.0.21/24"]
factory = "x"
region = "West Europe"
colour = "blue"
[[allow]]
runtime = "test"
channel = "erp"
hosts = ["*", "a.example:443"]
ports = [0, 65536]
[[forward]]
listen = "10.20.0.10:1433"
[nonsense]
)");
  std::vector<std::uint32_t> lines;
  for (const auto& mistake : found) lines.push_back(mistake.line);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end())) << all_of(found);
  for (const std::uint32_t line : {2U, 3U, 5U, 6U, 7U, 8U, 9U, 11U, 13U, 14U, 15U, 17U})
    EXPECT_NE(std::count(lines.begin(), lines.end(), line), 0) << "line " << line << '\n' << all_of(found);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), 13U), 2) << all_of(found);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), 14U), 2) << all_of(found);
  EXPECT_NE(all_of(found).find("[audit] needs directory"), std::string::npos);
  for (const auto& mistake : found) EXPECT_FALSE(mistake.text.empty());
}

TEST(Load, RefusesClientsThatBelongToTwoRuntimes) {
  const auto other = with(with(good_runtime, "name", R"("test")"), "clients", R"(["10.20.0.0/24"])");
  const auto found = mistakes_in(Text{.rest = written("[[runtime]]", other)}.text());
  ASSERT_EQ(found.size(), 1U) << all_of(found);
  EXPECT_EQ(found[0].line, 14U);
  EXPECT_NE(found[0].text.find("overlaps 10.20.0.21/32 of runtime 'prod'"), std::string::npos) << found[0].text;
}

TEST(Load, RefusesTwoRuntimesOfOneName) {
  const auto other = with(good_runtime, "clients", R"(["10.20.0.22/32"])");
  const auto found = mistakes_in(Text{.rest = written("[[runtime]]", other)}.text());
  ASSERT_FALSE(found.empty());
  EXPECT_NE(all_of(found).find("t.toml:13: [[runtime]] name = \"prod\" is used twice"), std::string::npos)
      << all_of(found);
}

TEST(Load, RefusesTheSameRuleInTwoPlaces) {
  const auto allow = written("[[allow]]", good_allow);
  const auto found = mistakes_in(with_rest(allow + allow));
  ASSERT_EQ(found.size(), 1U) << all_of(found);
  EXPECT_NE(found[0].text.find("erp.contoso.example port 443 is listed twice"), std::string::npos) << found[0].text;
}

struct Reach {
  const char* name;
  const char* listen;
  const char* clients;
  bool reachable;
};

void PrintTo(const Reach& item, std::ostream* out) { *out << item.name; }

class Listeners : public testing::TestWithParam<Reach> {};

TEST_P(Listeners, MustBeReachableByTheClients) {
  const auto text =
      Text{.gate = {{"listen", GetParam().listen}}, .runtime = with(good_runtime, "clients", GetParam().clients)}
          .text();
  const auto found = mistakes_in(text);
  EXPECT_EQ(found.empty(), GetParam().reachable) << all_of(found);
  if (found.empty()) return;
  EXPECT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 1U);
  EXPECT_NE(found[0].text.find("of runtime 'prod' can reach"), std::string::npos) << found[0].text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Listeners,
    testing::Values(Reach{"SameNetwork", R"(["10.20.0.10:3128"])", R"(["10.20.0.21"])", true},
                    Reach{"AnyAddress", R"(["0.0.0.0:3128"])", R"(["10.20.0.21"])", true},
                    Reach{"AnyAddressForIpv6", R"(["0.0.0.0:3128"])", R"(["fd00::21"])", false},
                    Reach{"AnyIpv6Address", R"(["[::]:3128"])", R"(["fd00::21"])", true},
                    Reach{"LoopbackForARemoteClient", R"(["127.0.0.1:3128"])", R"(["10.20.0.21"])", false},
                    Reach{"LoopbackForALocalClient", R"(["127.0.0.1:3128"])", R"(["127.0.0.1"])", true},
                    Reach{"RemoteForALoopbackClient", R"(["10.20.0.10:3128"])", R"(["127.0.0.1"])", false},
                    Reach{"Ipv4ForIpv6", R"(["10.20.0.10:3128"])", R"(["fd00::21"])", false},
                    Reach{"Ipv6ForIpv6", R"(["[fd00::1]:3128"])", R"(["fd00::21"])", true},
                    Reach{"OneOfTwo", R"(["127.0.0.1:3128", "10.20.0.10:3128"])", R"(["10.20.0.21"])", true},
                    Reach{"OneClientOutOfReach", R"(["10.20.0.10:3128"])", R"(["10.20.0.21", "127.0.0.1"])", false}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Load, SaysWhereTextIsNotToml) {
  const auto found = mistakes_in("[gate]\nlisten = [\"a\"\n[audit\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].text.find("not TOML: "), std::string::npos) << found[0].text;
  EXPECT_GE(found[0].line, 2U);
}

TEST(Load, RefusesAKeyThatIsWrittenTwice) {
  const auto found = mistakes_in("[gate]\nlisten = [\"10.20.0.10:3128\"]\nworkers = 1\nworkers = 2\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 4U) << all_of(found);
}

TEST(Load, RefusesTextOverAMebibyteUnread) {
  const std::string comment(std::size_t{1} << 20, '#');
  EXPECT_NE(all_of(mistakes_in(comment)).find("[gate] needs listen"), std::string::npos) << "1 MiB is read";
  const auto found = mistakes_in(comment + '#');
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(to_string(found[0]), "t.toml: the file is larger than 1 MiB; that can't be a configuration");
}

TEST(Load, AsksForListenerAndDirectoryWhenThereIsNothing) {
  const auto found = all_of(mistakes_in(""));
  EXPECT_NE(found.find("[gate] needs listen"), std::string::npos) << found;
  EXPECT_NE(found.find("[audit] needs directory"), std::string::npos) << found;
}

TEST(Load, SurvivesHostileBytes) {
  EXPECT_FALSE(mistakes_in(std::string_view("\0\0\0", 3)).empty());
  EXPECT_FALSE(mistakes_in("\xff\xfe[gate]").empty());
  EXPECT_FALSE(mistakes_in(std::string(5000, '[')).empty());
}

TEST(LoadFile, ReadsAFile) {
  const TemporaryDirectory directory;
  EXPECT_TRUE(load_file(directory.file("shirgate.toml", Text{}.text())).has_value());
}

TEST(LoadFile, TakesAnEmptyFileForAnEmptyConfiguration) {
  const TemporaryDirectory directory;
  const auto config = load_file(directory.file("shirgate.toml", ""));
  ASSERT_TRUE(config.has_error());
  EXPECT_NE(all_of(config.error()).find("[gate] needs listen"), std::string::npos);
}

TEST(LoadFile, SaysThatAFileCanNotBeRead) {
  const auto config = load_file("/nowhere/shirgate.toml");
  ASSERT_TRUE(config.has_error());
  EXPECT_EQ(all_of(config.error()),
            "/nowhere/shirgate.toml: can't be read: No such file or directory; check the path and who may read it\n");
}

TEST(LoadFile, LoadsTheExampleThatIsShipped) {
  const auto config = load_file(std::string(SHIRGATE_SOURCE_DIR) + "/deploy/shirgate.toml");
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  EXPECT_EQ(config->policy->runtimes().size(), 1U);
  EXPECT_GE(config->policy->rules().size(), 4U);
}

}  // namespace
}  // namespace shirgate::test
