// The rules of the house that a compiler does not check.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <vector>

namespace shirgate {
namespace {

namespace fs = std::filesystem;

const fs::path root = SHIRGATE_SOURCE_DIR;

/// Lower folders first: a folder may include itself and what stands before it.
const std::vector<std::string> layers{"policy", "certs", "config", "audit", "proxy", "lab", "cli"};

/// A library has one home.
struct Home {
  std::string include;
  std::string folder;
};
const std::vector<Home> homes{{"openssl/", "certs"},     {"toml++/", "config"},       {"ares.h", "proxy"},
                              {"boost/beast/", "proxy"}, {"spdlog/", "proxy"},        {"CLI/", "cli"},
                              {"boost/asio/", "proxy"},  {"boost/asio.hpp", "proxy"}, {"zstd.h", "audit"},
                              {"simdjson.h", "audit"},   {"librdkafka/", "audit"}};

struct Source {
  fs::path path;
  std::string folder;
  std::vector<std::string> lines;
};

std::vector<Source> sources() {
  std::vector<Source> found;
  for (const auto& folder : layers)
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      Source source{fs::relative(entry.path(), root), folder, {}};
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) source.lines.push_back(line);
      found.push_back(std::move(source));
    }
  return found;
}

std::string included(const std::string& line) {
  static const std::regex include(R"(^\s*#include\s+["<]([^">]+)[">])");
  std::smatch match;
  return std::regex_search(line, match, include) ? match[1].str() : std::string();
}

long rank(const std::string& folder) {
  return std::distance(layers.begin(), std::find(layers.begin(), layers.end(), folder));
}

TEST(House, IncludesPointOneWay) {
  for (const auto& source : sources())
    for (const auto& line : source.lines) {
      const auto folder = included(line).substr(0, included(line).find('/'));
      if (std::find(layers.begin(), layers.end(), folder) == layers.end()) continue;
      EXPECT_LE(rank(folder), rank(source.folder)) << source.path << " includes " << included(line);
    }
}

TEST(House, EachLibraryHasOneHome) {
  for (const auto& source : sources())
    for (const auto& line : source.lines)
      for (const auto& home : homes)
        if (included(line).starts_with(home.include)) {
          EXPECT_EQ(source.folder, home.folder) << source.path << " includes " << included(line);
        }
}

TEST(House, PolicyDoesNoInputAndOutput) {
  const std::vector<std::string> banned{"<fstream>", "<iostream>",        "<sys/socket.h>",
                                        "<thread>",  "system_clock::now", "steady_clock::now"};
  for (const auto& source : sources()) {
    if (source.folder != "policy") continue;
    for (const auto& line : source.lines)
      for (const auto& word : banned) EXPECT_EQ(line.find(word), std::string::npos) << source.path << ": " << line;
  }
}

TEST(House, NoLambdaOrBracedTemporaryInACoAwait) {
  // GCC 12 destroys such temporaries twice; name them on the line above.
  const std::regex lambda(R"(co_await[^;]*\[[^\]]*\]\s*(\(|\{))");
  const std::regex braced(R"(co_await[^;]*[A-Za-z_>]\{[^}]+\})");
  for (const auto& source : sources())
    for (const auto& line : source.lines) {
      EXPECT_FALSE(std::regex_search(line, lambda)) << source.path << ": " << line;
      EXPECT_FALSE(std::regex_search(line, braced)) << source.path << ": " << line;
    }
}

TEST(House, KeepsTheTranslationUnitsThatSeeAsioFew) {
  // Each costs seconds to compile with sanitizers.
  std::map<std::string, bool> sees;
  const auto all = sources();
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& source : all) {
      auto& seen = sees[source.path.string()];
      if (seen) continue;
      for (const auto& line : source.lines) {
        const auto name = included(line);
        if (name.starts_with("boost/asio") || (sees.contains(name) && sees[name])) seen = changed = true;
      }
    }
  }
  const auto units = std::count_if(sees.begin(), sees.end(),
                                   [](const auto& entry) { return entry.second && entry.first.ends_with(".cpp"); });
  EXPECT_LE(units, 30);
}

TEST(House, ReportsTheLongestFiles) {
  // Never fails: people mend what they see.
  auto all = sources();
  std::sort(all.begin(), all.end(), [](const Source& a, const Source& b) { return a.lines.size() > b.lines.size(); });
  for (std::size_t i = 0; i < std::min<std::size_t>(10, all.size()); ++i)
    fmt::print("{:5} lines  {}\n", all[i].lines.size(), all[i].path.string());
}

}  // namespace
}  // namespace shirgate
