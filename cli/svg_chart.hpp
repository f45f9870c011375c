// Charts as inline SVG: no script, no style of their own, readable without seeing them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shirgate {

/// One name with one or two figures; the page's style gives the series their colours.
struct ChartRow {
  std::string label;  ///< may be hostile
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::string text{};  ///< the figures as people read them
};

struct Chart {
  std::string_view id;  ///< unique in its page and ours
  std::string_view title;
  std::string summary{};          ///< one sentence that says what is to be seen
  std::string_view first_name{};  ///< what the figures are; empty where there is only one kind
  std::string_view second_name{};
  std::vector<ChartRow> rows{};
};

/// A bar for each row, one below the other, its figures beside it.
[[nodiscard]] std::string bar_chart(const Chart& chart);
/// A column for each row from left to right, the second figure on top of the first; for many rows, such as hours.
[[nodiscard]] std::string column_chart(const Chart& chart);

}  // namespace shirgate
