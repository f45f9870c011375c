// Reads printed tables back: how wide they are, and what a column says once its broken cells are put together again.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace shirgate::test {

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

inline void expect_no_wider(std::string_view text, std::size_t width) {
  for (const auto& line : lines_of(text)) EXPECT_LE(line.size(), width) << line;
}

inline std::string without_blanks(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c != ' ') result += c;
  return result;
}

/// The cells under each heading `title`, without their blanks and one after another, for cells go on in the next line.
/// A table's heading begins with `first` and its column ends where `next` begins; an empty line ends the table. Without
/// `next` the column is the last.
inline std::string column_of(std::string_view text, std::string_view first, std::string_view title,
                             std::string_view next = {}) {
  std::string cells;
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
  for (const auto& line : lines_of(text)) {
    if (line.starts_with(first)) {
      begin = line.find(title);
      end = next.empty() ? std::string::npos : line.find(next);
    } else if (line.empty()) {
      begin = std::string::npos;
    } else if (begin < line.size()) {
      cells += without_blanks(line.substr(begin, end - begin));
    }
  }
  return cells;
}

}  // namespace shirgate::test
