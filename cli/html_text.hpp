// Text and tables for a page of HTML, whatever the text holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirgate {

/// Printable ASCII in which nothing is markup, also inside a quoted attribute.
[[nodiscard]] std::string html_text(std::string_view text);

/// A table with a caption. Cells may hold hostile text.
class HtmlTable {
 public:
  enum class Kind : std::uint8_t { text, figure };
  struct Column {
    std::string_view title;
    Kind kind = Kind::text;
  };

  /// `id` is unique in its page and ours.
  HtmlTable(std::string_view id, std::string_view caption, std::vector<Column> columns)
      : id_(id), caption_(caption), columns_(std::move(columns)) {}
  /// As many cells as columns; the first one names the row.
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// In a region of its own that scrolls where the page is too narrow.
  [[nodiscard]] std::string html() const;

 private:
  std::string id_;
  std::string caption_;
  std::vector<Column> columns_;
  std::string rows_;
};

}  // namespace shirgate
