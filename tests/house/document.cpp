#include "document.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace shirgate::test {
namespace {

struct Section {
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
};

Section find_section(const std::string& text, const std::string& name) {
  const auto opening = fmt::format("<!-- {} -->\n", name);
  const auto begin = text.find(opening);
  const auto end = text.find(fmt::format("<!-- /{} -->", name));
  if (begin == std::string::npos || end == std::string::npos) return {};
  return {begin + opening.size(), end};
}

}  // namespace

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string section_of(const std::string& document, const std::string& name) {
  const auto text = read(root / "docs" / document);
  const auto found = find_section(text, name);
  EXPECT_NE(found.end, std::string::npos) << document << " has no section " << name;
  return found.end == std::string::npos ? std::string() : text.substr(found.begin, found.end - found.begin);
}

void expect_section(const std::string& document, const std::string& name, const std::string& expected) {
  const auto path = root / "docs" / document;
  auto text = read(path);
  const auto found = find_section(text, name);
  ASSERT_NE(found.end, std::string::npos) << document << " has no section " << name;
  if (std::getenv("SHIRGATE_WRITE_DOCUMENTS") != nullptr) {
    text.replace(found.begin, found.end - found.begin, expected);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(found.begin, found.end - found.begin), expected)
      << document << " is out of date; see the top of tests/house/documents_test.cpp";
}

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '\n') {
      result += ' ';
    } else {
      if (c == '|' || c == '*') result += '\\';
      result += c;
    }
  }
  return result;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : fmt::format("`{}`", text); }

}  // namespace shirgate::test
