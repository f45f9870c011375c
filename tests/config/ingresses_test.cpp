// [[forward]] and [[transparent]]: the doors beside [gate] listen, and every way to write one wrongly.
#include <gtest/gtest.h>

#include "config/lint.hpp"
#include "config_text.hpp"

namespace shirgate::test {
namespace {

const Block sql_runtime = [] {
  auto block = good_runtime;
  block.emplace_back("sql", R"("source")");
  block.emplace_back("sql_servers", R"(["contososql"])");
  return block;
}();
const Block good_forward{{"listen", R"("10.20.0.10:1433")"},
                         {"target", R"("contososql.database.windows.net:1433")"},
                         {"runtime", R"("prod")"}};
const Block good_transparent{{"listen", R"("10.20.0.10:8443")"}};

std::string with_door(std::string_view header, const Block& door) {
  return Text{.runtime = sql_runtime, .rest = written(header, door)}.text();
}

std::vector<Ingress> doors_of(const std::string& text) {
  const auto config = load(text, "t.toml");
  EXPECT_TRUE(config.has_value()) << all_of(config.error()) << text;
  return config.has_value() ? config->settings.ingresses : std::vector<Ingress>{};
}

TEST(Ingresses, ReadsAForward) {
  const auto doors = doors_of(with_door("[[forward]]", good_forward));
  ASSERT_EQ(doors.size(), 1U);
  EXPECT_EQ(doors[0].kind, IngressKind::forward);
  EXPECT_EQ(to_string(doors[0].listen), "10.20.0.10:1433");
  EXPECT_EQ(to_string(*doors[0].target), "contososql.database.windows.net:1433");
  EXPECT_EQ(doors[0].runtime, Name("prod"));
  EXPECT_FALSE(doors[0].sql_by_sni);
}

TEST(Ingresses, ReadsAForwardThatGoesByTheNameInTls) {
  auto door = with(good_forward, "target", "");
  door.emplace_back("sql_by_sni", "true");
  const auto doors = doors_of(with_door("[[forward]]", door));
  ASSERT_EQ(doors.size(), 1U);
  EXPECT_FALSE(doors[0].target.has_value());
  EXPECT_TRUE(doors[0].sql_by_sni);
}

TEST(Ingresses, ReadsATransparentDoorWithItsDefaults) {
  const auto doors = doors_of(with_door("[[transparent]]", good_transparent));
  ASSERT_EQ(doors.size(), 1U);
  EXPECT_EQ(doors[0].kind, IngressKind::redirect);
  EXPECT_EQ(doors[0].ports, std::vector<std::uint16_t>{443});
  EXPECT_FALSE(doors[0].sql_by_sni);

  auto all = with(good_transparent, "interception", R"("tproxy")");
  all.emplace_back("ports", "[443, 1433]");
  all.emplace_back("sql_by_sni", "true");
  const auto tproxy = doors_of(with_door("[[transparent]]", all));
  ASSERT_EQ(tproxy.size(), 1U);
  EXPECT_EQ(tproxy[0].kind, IngressKind::tproxy);
  EXPECT_EQ(tproxy[0].ports, (std::vector<std::uint16_t>{443, 1433}));
  EXPECT_TRUE(tproxy[0].sql_by_sni);
}

struct Case {
  std::string name;
  std::string header;
  std::string key;
  std::string value;  ///< empty: the key is left out
  std::string words;  ///< in the mistake
};

class WrongDoor : public testing::TestWithParam<Case> {};

TEST_P(WrongDoor, IsOneMistakeThatSaysWhatToWrite) {
  const auto& one = GetParam();
  const auto& good = one.header == "[[forward]]" ? good_forward : good_transparent;
  const auto text = with_door(one.header, with(good, one.key, one.value));
  const auto config = load(text, "t.toml");
  ASSERT_TRUE(config.has_error()) << text;
  ASSERT_EQ(config.error().size(), 1U) << all_of(config.error());
  const auto mistake = config.error().front();
  EXPECT_NE(mistake.text.find(one.words), std::string::npos) << mistake.text;
  EXPECT_EQ(mistake.line, marked_line(text));
}

const std::vector<Case> wrong_doors{
    {"no_listen", "[[forward]]", "listen", "", "needs listen"},
    {"listen_is_no_endpoint", "[[forward]]", "listen", R"("sql:1433")", "is not an address and port"},
    {"listen_is_the_gates", "[[forward]]", "listen", R"("10.20.0.10:3128")", "is taken by [gate] listen"},
    {"any_address_meets_the_gates", "[[forward]]", "listen", R"("0.0.0.0:3128")", "is taken by [gate] listen"},
    {"clients_are_elsewhere", "[[forward]]", "listen", R"("127.0.0.1:1433")", "can't reach"},
    {"no_target", "[[forward]]", "target", "", "needs target"},
    {"target_without_port", "[[forward]]", "target", R"("contososql.database.windows.net")", "is not host:port"},
    {"target_is_not_listed", "[[forward]]", "target", R"("other.database.windows.net:1433")", "no rule of runtime"},
    {"target_on_another_port", "[[forward]]", "target", R"("contososql.database.windows.net:1434")",
     "no rule of runtime"},
    {"two_answers", "[[forward]]", "sql_by_sni", "true", "either alone"},
    {"no_runtime", "[[forward]]", "runtime", "", "needs runtime"},
    {"nobodys_runtime", "[[forward]]", "runtime", R"("dev")", "there is no [[runtime]] of that name"},
    {"unknown_key", "[[forward]]", "backlog", "1", "backlog"},
    {"interception", "[[transparent]]", "interception", R"("socks")", "write one of: redirect, tproxy"},
    {"listens_on_a_served_port", "[[transparent]]", "listen", R"("10.20.0.10:443")", "is one of its ports"},
    {"no_ports", "[[transparent]]", "ports", "[]", "needs ports"},
    {"port_range", "[[transparent]]", "ports", "[70000]", "from 1 to 65535"},
    {"sni_without_sql", "[[transparent]]", "sql_by_sni", "true", "is for port 1433"},
    {"unknown_transparent_key", "[[transparent]]", "target", R"("a.example:1")", "target"},
};

INSTANTIATE_TEST_SUITE_P(Cases, WrongDoor, testing::ValuesIn(wrong_doors),
                         [](const auto& one) { return one.param.name; });

TEST(Ingresses, TwoDoorsNeedTwoPlaces) {
  const auto text = with_door("[[forward]]", good_forward) +
                    written("[[transparent]]", with(good_transparent, "listen", R"("10.20.0.10:1433")"));
  const auto config = load(text, "t.toml");
  ASSERT_TRUE(config.has_error());
  EXPECT_NE(all_of(config.error()).find("is taken by another door"), std::string::npos) << all_of(config.error());
}

}  // namespace
}  // namespace shirgate::test
