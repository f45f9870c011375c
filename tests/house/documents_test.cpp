// Tables that operators read are written once, in code; the documents hold copies that can't drift. To bring them up to
// date after a change: SHIRGATE_WRITE_DOCUMENTS=1 build/dev/bin/house_tests --gtest_filter='Documents.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

#include "audit/event.hpp"
#include "cli/commands.hpp"
#include "config/lint.hpp"
#include "config/settings.hpp"
#include "document.hpp"
#include "policy/adf/factory.hpp"
#include "policy/reason.hpp"
#include "proxy/gate/metrics.hpp"

namespace shirgate::test {
namespace {

namespace fs = std::filesystem;

TEST(Documents, ListEveryReason) {
  std::string expected = "| reason | stage | status | alert | advice |\n|---|---|---|---|---|\n";
  for (const auto& row : reason_table())
    expected += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.token, to_string(row.stage),
                            row.status == 0 ? "" : std::to_string(row.status),
                            row.alert ? std::to_string(static_cast<int>(*row.alert)) : "", row.advice);
  expect_section("reasons.md", "reasons", expected);
}

TEST(Documents, ListEverySetting) {
  std::string expected = "| key | value | default | bounds | reload | meaning |\n|---|---|---|---|---|---|\n";
  for (const auto& row : settings_table())
    expected += fmt::format("| `[{}] {}` | {} | {} | {} | {} | {} |\n", row.section, row.key, type_text(row),
                            default_text(row), row.most == 0 ? "" : fmt::format("{}–{}", row.least, row.most),
                            row.reload == Reload::yes ? "yes" : "no", row.help);
  expect_section("configuration.md", "settings", expected);
}

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// What one may write at the key, and what holds without it.
struct KeyValue {
  std::string value;
  std::string otherwise;
};

KeyValue value_of(const adf::InputRow& row) {
  const adf::Factory defaults;
  std::string words;
  for (const auto word : row.words) words += (words.empty() ? "" : ", ") + code(word);
  return std::visit(Overloaded{
                        [&](bool adf::Factory::*field) {
                          return KeyValue{"true or false", defaults.*field ? "true" : "false"};
                        },
                        [&](std::string adf::Factory::*field) {
                          return KeyValue{words.empty() ? "name" : words, code(defaults.*field)};
                        },
                        [](adf::Texts adf::Factory::*) {
                          return KeyValue{"list of names", "`[]`"};
                        },
                        [](adf::Authoring adf::Factory::*) {
                          return KeyValue{"`relay`, `self-contained`, `off`", "`relay`"};
                        },
                        [](adf::PrivateLink adf::Factory::*) {
                          return KeyValue{"table of channel = [ranges]", "`{}`"};
                        },
                    },
                    row.field);
}

TEST(Documents, ListEveryInputOfARuntime) {
  std::string expected = "| key | the catalogue's input | value | default | meaning |\n|---|---|---|---|---|\n";
  for (const auto& row : adf::input_table()) {
    const auto [value, otherwise] = value_of(row);
    expected += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.key, row.input == row.key ? "" : code(row.input),
                            value, otherwise, cell(row.meaning));
  }
  expect_section("configuration.md", "runtime-inputs", expected);
}

TEST(Documents, ListEveryLint) {
  std::string expected = "| code | means | remedy |\n|---|---|---|\n";
  for (const auto& row : lint_table())
    expected += fmt::format("| `{}` | {} | {} |\n", row.code, cell(row.meaning), cell(row.remedy));
  expect_section("configuration.md", "lints", expected);
}

/// The keys in the first column of a section's table.
std::set<std::string> keys_in(const std::string& section) {
  std::set<std::string> keys;
  const auto text = section_of("configuration.md", section);
  const std::regex row(R"((^|\n)\| `([a-z0-9_]+)`)");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) keys.insert((*at)[2]);
  return keys;
}

/// The keys that the loader names when it meets one it does not know.
std::set<std::string> keys_taken_by(std::string_view table) {
  const std::string stranger(40, 'q');
  const auto text =
      fmt::format("[gate]\nlisten = [\"127.0.0.1:1\"]\n[audit]\ndirectory = \"a\"\n[[{}]]\n{} = 1\n", table, stranger);
  const auto config = load(text, "t.toml");
  std::set<std::string> keys;
  if (config.has_value()) return keys;
  for (const auto& mistake : config.error()) {
    const auto at = mistake.text.find(stranger);
    if (at == std::string::npos) continue;
    const auto list = mistake.text.substr(mistake.text.find(": ", at) + 2);
    const std::regex word("[a-z0-9_]+");
    for (std::sregex_iterator key(list.begin(), list.end(), word), end; key != end; ++key) keys.insert(key->str());
  }
  return keys;
}

TEST(Documents, ListExactlyTheKeysOfARuntime) {
  auto documented = keys_in("runtime-keys");
  documented.merge(keys_in("runtime-inputs"));
  EXPECT_EQ(documented, keys_taken_by("runtime"));
}

TEST(Documents, ListExactlyTheKeysOfAnAllow) { EXPECT_EQ(keys_in("allow-keys"), keys_taken_by("allow")); }

TEST(Documents, ListExactlyTheKeysOfAForward) { EXPECT_EQ(keys_in("forward-keys"), keys_taken_by("forward")); }
TEST(Documents, ListExactlyTheKeysOfATransparentDoor) {
  EXPECT_EQ(keys_in("transparent-keys"), keys_taken_by("transparent"));
}

TEST(Documents, ListExactlyTheKeysOfASink) { EXPECT_EQ(keys_in("sink-keys"), keys_taken_by("sink")); }

TEST(Documents, ListEveryMetric) {
  std::string expected = "| metric | type | label | meaning |\n|---|---|---|---|\n";
  for (const auto& row : metrics_table())
    expected += fmt::format("| `{}` | {} | {} | {} |\n", row.name, row.type, row.label.empty() ? "" : code(row.label),
                            row.help);
  expect_section("operations.md", "metrics", expected);
}

TEST(Documents, ListEveryFieldOfTheAuditLog) {
  std::string expected = "| key | in | type | unit | example | ECS | meaning |\n|---|---|---|---|---|---|---|\n";
  for (const auto& row : field_table())
    expected += fmt::format("| `{}` | {} | {} | {} | `{}` | {} | {} |\n", row.key, row.actions, to_string(row.type),
                            row.unit, row.example, row.origin, row.meaning);
  expect_section("audit-log.md", "fields", expected);
}

TEST(Documents, SayWhereEveryFieldOfTheAuditLogComesFrom) {
  for (const auto& row : field_table()) {
    EXPECT_NE(row.example, "") << row.key;
    EXPECT_EQ(row.origin == "own", row.key.starts_with("shirgate.")) << row.key;
  }
}

TEST(Documents, ReadmeListsExactlyTheCommandsThereAre) {
  CLI::App app;
  Chosen chosen;
  add_commands(app, chosen);
  std::set<std::string> commands;
  for (const auto* command : app.get_subcommands({})) commands.insert(command->get_name());

  std::set<std::string> documented;
  const auto text = read(root / "README.md");
  const std::regex row(R"(\n\| `shirgate ([a-z-]+))");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) documented.insert((*at)[1]);
  EXPECT_EQ(documented, commands);
}

TEST(Documents, ReadmeMapsExactlyTheFoldersThereAre) {
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(root)) {
    const auto name = entry.path().filename().string();
    if (entry.is_directory() && name.front() != '.' && name != "build") folders.insert(name);
  }
  std::set<std::string> mapped;
  const auto text = read(root / "README.md");
  const std::regex row(R"(\n\| \[([a-z]+)\]\()");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) mapped.insert((*at)[1]);
  EXPECT_EQ(mapped, folders);
}

/// All first-party sources in one string, to look names up in.
std::string all_sources() {
  std::string text;
  for (const auto* folder : {"policy", "certs", "config", "audit", "proxy", "lab", "cli"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.is_regular_file()) text += read(entry.path());
  return text;
}

TEST(Documents, NameOnlyFilesThatExist) {
  const std::regex path(
      R"([`(]((?:policy|certs|config|audit|proxy|lab|cli|deploy|tests|bench|docs)/[A-Za-z0-9_./-]+)[`)])");
  for (const auto* document :
       {"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/threat-model.md"}) {
    const auto text = read(root / document);
    for (std::sregex_iterator at(text.begin(), text.end(), path), end; at != end; ++at)
      EXPECT_TRUE(fs::exists(root / (*at)[1].str())) << document << " names " << (*at)[1];
  }
}

TEST(Documents, ArchitectureNamesOnlyFunctionsAndTypesThatExist) {
  const auto text = read(root / "docs/architecture.md");
  const auto sources = all_sources();
  const std::regex name(R"(`((?:[A-Z][A-Za-z]+::)?[A-Za-z_]+)`)");
  for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at) {
    const std::string full = (*at)[1];
    const auto last = full.substr(full.rfind(':') + 1);
    EXPECT_NE(sources.find(last), std::string::npos) << "docs/architecture.md names " << full;
  }
}

}  // namespace
}  // namespace shirgate::test
