// Tables that operators read are written once, in code; the documents hold copies that can't drift. To bring them up to
// date after a change: SHIRGATE_WRITE_DOCUMENTS=1 build/dev/bin/house_tests --gtest_filter='Documents.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "audit/event.hpp"
#include "cli/commands.hpp"
#include "config/settings.hpp"
#include "policy/reason.hpp"

namespace shirgate {
namespace {

namespace fs = std::filesystem;

const fs::path root = SHIRGATE_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The text between <!-- name --> and <!-- /name --> of a document is `expected`; or is made so, when asked to.
void expect_section(const std::string& document, const std::string& name, const std::string& expected) {
  const auto path = root / "docs" / document;
  auto text = read(path);
  const auto opening = fmt::format("<!-- {} -->\n", name);
  const auto begin = text.find(opening);
  const auto end = text.find(fmt::format("<!-- /{} -->", name));
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos) << document << " has no section " << name;
  const auto start = begin + opening.size();
  if (std::getenv("SHIRGATE_WRITE_DOCUMENTS") != nullptr) {
    text.replace(start, end - start, expected);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(start, end - start), expected) << document << " is out of date; see the top of this test";
}

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

TEST(Documents, ListEveryFieldOfTheAuditLog) {
  std::string expected = "| key | in | meaning |\n|---|---|---|\n";
  for (const auto& row : field_table())
    expected += fmt::format("| `{}` | {} | {} |\n", row.key, row.actions, row.meaning);
  expect_section("audit-log.md", "fields", expected);
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
}  // namespace shirgate
