#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace shirgate {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t tightest = 4;

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t widest = columns_[c].title.size();
    for (const auto& row : rows_) widest = std::max(widest, row[c].size());
    widths.push_back(widest);
  }
  const auto total = [&] { return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1)); };
  // The widest of the columns that may shrink gives way first, none below its least unless all are there.
  for (const bool tight : {false, true})
    while (total() > width) {
      std::size_t widest = columns_.size();
      for (std::size_t c = 0; c < columns_.size(); ++c)
        if (columns_[c].may_shrink && widths[c] > (tight ? tightest : columns_[c].least) &&
            (widest == columns_.size() || widths[c] > widths[widest]))
          widest = c;
      if (widest == columns_.size()) break;
      --widths[widest];
    }
  return widths;
}

std::string Table::lines(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
  std::vector<std::vector<std::string_view>> pieces;
  std::size_t height = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    pieces.push_back(wrap(cells[c], widths[c]));
    height = std::max(height, pieces.back().size());
  }
  std::string out;
  for (std::size_t y = 0; y < height; ++y) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const auto piece = y < pieces[c].size() ? pieces[c][y] : std::string_view();
      if (c > 0) line.append(gap, ' ');
      line += columns_[c].align == Align::right ? fmt::format("{:>{}}", piece, widths[c])
                                                : fmt::format("{:<{}}", piece, widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string Table::text(std::size_t width) const {
  const auto fitting = widths(width);
  std::vector<std::string> titles;
  for (const auto& column : columns_) titles.push_back(column.title);
  auto out = lines(titles, fitting);
  for (const auto& row : rows_) out += lines(row, fitting);
  return out;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace shirgate
