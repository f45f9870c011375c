#include "cli/html_text.hpp"

#include <fmt/format.h>

#include "cli/terminal_text.hpp"

namespace shirgate {

std::string html_text(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

void HtmlTable::add(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const auto* kind = columns_[c].kind == Kind::figure ? " class=\"figure\"" : "";
    rows_ += c == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", kind, html_text(cells[c]))
                    : fmt::format("<td{}>{}</td>", kind, html_text(cells[c]));
  }
  rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
  std::string head;
  for (const auto& column : columns_)
    head += fmt::format("<th scope=\"col\"{}>{}</th>", column.kind == Kind::figure ? " class=\"figure\"" : "",
                        html_text(column.title));
  return fmt::format(
      "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{0}\" tabindex=\"0\">\n<table>\n"
      "<caption id=\"{0}\">{1}</caption>\n<thead><tr>{2}</tr></thead>\n<tbody>\n{3}</tbody>\n</table>\n</div>\n",
      id_, html_text(caption_), head, rows_);
}

}  // namespace shirgate
