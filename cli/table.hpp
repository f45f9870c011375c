// Tables for people: columns as wide as their text, lines no wider than the terminal, no text cut off.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal_text.hpp"

namespace shirgate {

enum class Align : std::uint8_t { left, right };

class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
    bool may_shrink = false;  ///< its cells go on in the next line when the table would be too wide
    std::size_t least = 8;    ///< how far it shrinks as long as that makes the table fit
  };

  [[nodiscard]] static Column shrinkable(std::string title, std::size_t least = 8) {
    return {std::move(title), Align::left, true, least};
  }

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as columns. Cells may hold hostile text; it is made printable.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// With a line end after each line. `width` is the most bytes a line may have, as far as the columns can shrink.
  [[nodiscard]] std::string text(std::size_t width) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t width) const;
  /// The lines of one row: as many as its longest cell needs.
  [[nodiscard]] std::string lines(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// "1.5 MiB", "312 B".
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

}  // namespace shirgate
