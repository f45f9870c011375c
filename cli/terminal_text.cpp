#include "cli/terminal_text.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace shirgate {
namespace {

/// Where the first piece of a text longer than `width` ends.
std::size_t end_of_piece(std::string_view text, std::size_t width) {
  const auto blank = text.rfind(' ', width);
  if (blank != std::string_view::npos) return blank;
  // One word alone is too long: a host, a row's id, a list of addresses. It breaks where its reader would pause.
  const auto joint = text.find_last_of(",;.-_:/", width - 1);
  return joint == std::string_view::npos ? width : joint + 1;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<std::string_view> wrap(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string_view> pieces;
  while (text.size() > width) {
    const auto end = end_of_piece(text, width);
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  }
  pieces.push_back(text);
  return pieces;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  const auto safe = printable(text);
  std::string_view rest = safe;
  // The first line has no indent, so it is cut off before the others are made narrower.
  const auto first = wrap(rest, width).front();
  rest.remove_prefix(std::min(rest.find_first_not_of(' ', first.size()), rest.size()));
  auto lines = fmt::format("{}\n", first);
  if (rest.empty()) return lines;
  for (const auto piece : wrap(rest, width - std::min(indent, width)))
    lines += fmt::format("{}{}\n", std::string(indent, ' '), piece);
  return lines;
}

std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return result;
}

bool wants_colour() {
  const auto* refused = std::getenv("NO_COLOR");
  const auto* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0') && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

std::string Paint::with(std::string_view code, std::string_view text) const {
  return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    return size.ws_col;
  return 120;
}

}  // namespace shirgate
