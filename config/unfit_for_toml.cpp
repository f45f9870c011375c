#include "config/unfit_for_toml.hpp"

#include <algorithm>

namespace shirgate {
namespace {

constexpr std::string_view blank = " \t";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// "[" or "[[" with nothing after it that a name could begin with. toml++ takes the name for granted.
bool is_nameless_header(std::string_view line) {
  constexpr std::string_view goes_on = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-\"'[]";
  const auto bracket = line.find_first_not_of(blank);
  if (bracket == std::string_view::npos || line[bracket] != '[') return false;
  const auto name = line.find_first_not_of(blank, line.substr(bracket).starts_with("[[") ? bracket + 2 : bracket + 1);
  return name == std::string_view::npos || goes_on.find(line[name]) == std::string_view::npos;
}

/// Outside ASCII, toml++'s test for white space runs into what its authors thought unreachable.
bool leaves_ascii(std::string_view line) {
  const auto before_comment = line.substr(0, line.find('#'));
  return std::any_of(before_comment.begin(), before_comment.end(), [](char c) { return (c & 0x80) != 0; });
}

}  // namespace

std::optional<UnfitLine> unfit_for_toml(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (std::uint32_t number = 1;; ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (is_nameless_header(line))
      return UnfitLine{number, "not TOML: a table's name must follow its bracket; write for example [gate]"};
    if (leaves_ascii(line))
      return UnfitLine{number, "only ASCII is read outside comments; write names and tickets in ASCII"};
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
}

}  // namespace shirgate
