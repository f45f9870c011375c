// Every row of the settings table does what it says: default, reading, bounds, and a place in the shipped example.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

using Fixed = std::map<std::string, std::vector<Address>, std::less<>>;
using Dial = std::map<std::string, Endpoint, std::less<>>;

/// A loopback gate, so that the lab's rows may be set too, and the row's own section, written once.
std::string text_with(const SettingRow& row, const std::string& value) {
  std::map<std::string, std::string> sections{{"gate", "listen = [\"127.0.0.1:1\"]\n"},
                                              {"audit", "directory = \"a\"\n"},
                                              {"metrics", ""},
                                              {"dns", ""},
                                              {"catalogue", ""},
                                              {"lab", "enabled = true\n"}};
  auto& section = sections.at(std::string(row.section));
  if (section.starts_with(std::string(row.key) + " =")) section.clear();
  section += std::string(row.key) + " = " + value + '\n';
  std::string text;
  for (const auto& [name, lines] : sections) text += '[' + name + "]\n" + lines;
  return text;
}

boost::system::result<Config, Mistakes> load_with(const SettingRow& row, const std::string& value) {
  return load(text_with(row, value), "t.toml");
}

std::chrono::milliseconds in_unit(const SettingRow& row, std::int64_t number) {
  return is_in_milliseconds(row) ? std::chrono::milliseconds(number) : std::chrono::seconds(number);
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

class SettingsTable : public testing::TestWithParam<SettingRow> {
 protected:
  void expect_number(std::int64_t number, bool taken) {
    const auto& row = GetParam();
    const auto config = load_with(row, std::to_string(number));
    ASSERT_EQ(config.has_value(), taken) << number;
    if (!taken) {
      EXPECT_NE(all_of(config.error()).find("a whole number from " + std::to_string(row.least) + " to "),
                std::string::npos)
          << all_of(config.error());
      return;
    }
    if (const auto* plain = std::get_if<std::int64_t Settings::*>(&row.field)) {
      EXPECT_EQ(config->settings.**plain, number);
    }
    if (const auto* time = std::get_if<std::chrono::milliseconds Settings::*>(&row.field)) {
      EXPECT_EQ(config->settings.**time, in_unit(row, number));
    }
  }
};

TEST_P(SettingsTable, ReadsItsBoundsAndNothingOutsideThem) {
  const auto& row = GetParam();
  if (row.most == 0) return;  // no number
  expect_number(row.least, true);
  expect_number(row.most, true);
  expect_number((row.least + row.most) / 2, true);
  expect_number(row.least - 1, false);
  expect_number(row.most + 1, false);
  expect_number(std::numeric_limits<std::int64_t>::max(), false);
}

TEST_P(SettingsTable, ReadsWhatIsNoNumber) {
  const auto& row = GetParam();
  if (row.section == "catalogue") return;  // needs its file: catalogue_file_test.cpp
  if (row.section == "catalogue") return;  // its two keys come together and with a file
  const auto settings_of = [&](const std::string& value) {
    auto config = load_with(row, value);
    EXPECT_TRUE(config.has_value()) << all_of(config.error());
    return config.has_value() ? config->settings : Settings{};
  };
  std::visit(
      Overloaded{[&](bool Settings::*field) {
                   EXPECT_TRUE(settings_of("true").*field);
                   EXPECT_FALSE(settings_of("false").*field);
                 },
                 [&](std::string Settings::*field) { EXPECT_EQ(settings_of("\"some/where\"").*field, "some/where"); },
                 [&](std::vector<Endpoint> Settings::*field) {
                   EXPECT_EQ(settings_of("[\"127.0.0.2:5\"]").*field, std::vector{*parse_endpoint("127.0.0.2:5")});
                 },
                 [&](Fixed Settings::*field) {
                   const Fixed expected{{"a.example", {*parse_address("10.0.0.5")}}};
                   EXPECT_EQ(settings_of("{ \"a.example\" = [\"10.0.0.5\"] }").*field, expected);
                 },
                 [&](Dial Settings::*field) {
                   const Dial expected{{"a.example:443", *parse_endpoint("127.0.0.1:5")}};
                   EXPECT_EQ(settings_of("{ \"a.example:443\" = \"127.0.0.1:5\" }").*field, expected);
                 },
                 [&](RelayMode Settings::*field) {
                   EXPECT_EQ(settings_of("\"auto\"").*field, RelayMode::automatic);
                   EXPECT_EQ(settings_of("\"splice\"").*field, RelayMode::splice);
                   EXPECT_EQ(settings_of("\"copy\"").*field, RelayMode::copy);
                   EXPECT_TRUE(load_with(row, "\"Copy\"").has_error());
                   EXPECT_TRUE(load_with(row, "\"\"").has_error());
                 },
                 [](auto) {}},
      row.field);
}

TEST_P(SettingsTable, TakesNoOtherType) {
  const auto config = load_with(GetParam(), "1979-05-27");
  ASSERT_TRUE(config.has_error());
  EXPECT_NE(all_of(config.error()).find(" must be "), std::string::npos) << all_of(config.error());
}

TEST_P(SettingsTable, LeavesItsDefaultAlone) {
  const auto& row = GetParam();
  const auto config = load("[gate]\nlisten = [\"10.20.0.10:3128\"]\n[audit]\ndirectory = \"a\"\n", "t.toml");
  ASSERT_TRUE(config.has_value());
  const bool required = row.key == "listen" || row.key == "directory";
  std::visit([&](auto field) { EXPECT_EQ(config->settings.*field == Settings{}.*field, !required); }, row.field);
  if (row.most != 0) {
    const auto again = load_with(row, default_text(row));
    ASSERT_TRUE(again.has_value()) << all_of(again.error());
    std::visit([&](auto field) { EXPECT_EQ(again->settings.*field, Settings{}.*field); }, row.field);
  }
}

TEST_P(SettingsTable, IsShownInTheExampleWithItsDefault) {
  std::ifstream file(std::string(SHIRGATE_SOURCE_DIR) + "/deploy/shirgate.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto& row = GetParam();
  if (row.section == "lab") return;  // nothing to adapt
  if (row.most == 0) {
    EXPECT_NE(text.find(row.key), std::string::npos);
  } else {
    EXPECT_NE(text.find("# " + std::string(row.key) + " = " + default_text(row)), std::string::npos);
  }
}

TEST_P(SettingsTable, ExplainsItself) {
  EXPECT_FALSE(GetParam().help.empty());
  EXPECT_FALSE(type_text(GetParam()).empty());
  EXPECT_TRUE(GetParam().help.ends_with('.'));
}

INSTANTIATE_TEST_SUITE_P(Rows, SettingsTable, testing::ValuesIn(settings_table().begin(), settings_table().end()),
                         [](const auto& one) {
                           return std::string(one.param.section) + "_" + std::string(one.param.key);
                         });

TEST(SettingsRows, AreDifferent) {
  std::set<std::string> keys;
  for (const auto& row : settings_table())
    EXPECT_TRUE(keys.insert(std::string(row.section) + '.' + std::string(row.key)).second) << row.key;
}

TEST(Endpoint, ReadsBackWhatItPrints) {
  for (const auto* text : {"10.20.0.10:3128", "[fd00::1]:3128", "0.0.0.0:0", "[::]:65535", "[::ffff:10.0.0.5]:1"})
    EXPECT_EQ(to_string(*parse_endpoint(text)), text);
  for (const auto* text : {"", ":", "10.20.0.10", "10.20.0.10:", ":3128", "[fd00::1]", "fd00::1:3128", "[10.20.0.10]:1",
                           "10.20.0.10:65536", "10.20.0.10:00", "10.20.0.10:+1", "a.example:1", "[]:1", "[::1]3128"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

}  // namespace
}  // namespace shirgate::test
