// Reads CSV back, as RFC 4180 says.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace shirgate::test {

/// RFC 4180, read strictly.
inline std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> records(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    auto& cell = records.back().back();
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      cell += text[i++];
    } else if (c == '"') {
      EXPECT_TRUE(quoted || cell.empty());
      quoted = !quoted;
    } else if (quoted || (c != ',' && c != '\r')) {
      cell += c;
    } else if (c == ',') {
      records.back().emplace_back();
    } else {
      EXPECT_EQ(text[++i], '\n');
      records.push_back({""});
    }
  }
  EXPECT_FALSE(quoted);
  records.pop_back();
  return records;
}

}  // namespace shirgate::test
