// Tables for people: columns as wide as their text, lines no wider than the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirgate {

enum class Align : std::uint8_t { left, right };

class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
    bool may_shrink = false;  ///< cut with '…' when the table would be too wide
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as columns. Cells may hold hostile text; it is made printable.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// With a line end after each line. `width` is the most bytes a line may have.
  [[nodiscard]] std::string text(std::size_t width) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// The text with every byte that is not printable ASCII as '?', so that nothing hostile reaches a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// How wide standard output is: the terminal's width, or 120 where it is none.
[[nodiscard]] std::size_t terminal_width();

/// "1.5 MiB", "312 B".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

}  // namespace shirgate
