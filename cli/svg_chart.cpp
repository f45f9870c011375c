#include "cli/svg_chart.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/html_text.hpp"

namespace shirgate {
namespace {

constexpr double width = 720;

double share(std::uint64_t value, std::uint64_t most) {
  return most == 0 ? 0 : static_cast<double>(value) / static_cast<double>(most);
}

std::string shortened(const std::string& label, std::size_t most) {
  if (label.size() <= most) return label;
  return label.substr(0, most / 2) + "..." + label.substr(label.size() - (most - most / 2 - 3));
}

std::string bar(double x, double y, double wide, double high, int series, std::string_view title) {
  return fmt::format(
      "<rect class=\"series{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
      "height=\"{:.1f}\"><title>{}</title></rect>\n",
      series, x, y, wide, high, html_text(title));
}

std::string legend(const Chart& chart) {
  if (chart.second_name.empty()) return {};
  return fmt::format(
      "<p class=\"legend\"><span class=\"key series1\"></span> {} <span class=\"key series2\"></span> {}</p>\n",
      html_text(chart.first_name), html_text(chart.second_name));
}

std::string figure(const Chart& chart, double height, std::string_view drawing) {
  return fmt::format(
      "<figure>\n<figcaption>{0}</figcaption>\n{1}<svg role=\"img\" aria-labelledby=\"{2}-title\" viewBox=\"0 0 {3} "
      "{4}\">\n"
      "<title id=\"{2}-title\">{0}. {5}</title>\n{6}</svg>\n</figure>\n",
      html_text(chart.title), legend(chart), chart.id, width, height, html_text(chart.summary), drawing);
}

}  // namespace

std::string bar_chart(const Chart& chart) {
  constexpr double row_height = 34;
  constexpr double bar_height = 12;
  constexpr double most_wide = 480;
  std::uint64_t most = 0;
  for (const auto& row : chart.rows) most = std::max({most, row.first, row.second});
  std::string drawing;
  double y = 0;
  for (const auto& row : chart.rows) {
    drawing += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>\n", y + 12, html_text(shortened(row.label, 90)));
    const bool both = !chart.second_name.empty();
    const auto high = both ? bar_height / 2 : bar_height;
    const auto first = std::max(1.0, share(row.first, most) * most_wide);
    const auto second = both ? std::max(1.0, share(row.second, most) * most_wide) : 0;
    drawing += bar(0, y + 17, first, high, 1, row.label + ": " + row.text);
    if (both) drawing += bar(0, y + 17 + high, second, high, 2, row.label + ": " + row.text);
    drawing += fmt::format("<text class=\"value\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", std::max(first, second) + 6,
                           y + 27, html_text(row.text));
    y += row_height;
  }
  return figure(chart, std::max(y, row_height), drawing);
}

std::string column_chart(const Chart& chart) {
  constexpr double height = 180;
  constexpr double base = 160;
  std::uint64_t most = 0;
  for (const auto& row : chart.rows) most = std::max(most, row.first + row.second);
  std::string drawing = fmt::format("<line class=\"axis\" x1=\"0\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\"/>\n", base, width);
  const auto step = width / static_cast<double>(std::max<std::size_t>(chart.rows.size(), 1));
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const auto& row = chart.rows[i];
    const auto x = static_cast<double>(i) * step;
    const auto wide = std::max(step * 0.8, 0.5);
    const auto first = share(row.first, most) * (base - 10);
    const auto second = share(row.second, most) * (base - 10);
    const auto title = row.label + ": " + row.text;
    if (row.first > 0) drawing += bar(x, base - first, wide, first, 1, title);
    if (row.second > 0) drawing += bar(x, base - first - second, wide, second, 2, title);
  }
  if (!chart.rows.empty()) {
    drawing += fmt::format("<text x=\"0\" y=\"{}\">{}</text>\n", height - 4, html_text(chart.rows.front().label));
    drawing += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", width, height - 4,
                           html_text(chart.rows.back().label));
  }
  return figure(chart, height, drawing);
}

}  // namespace shirgate
