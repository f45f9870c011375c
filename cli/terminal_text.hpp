// Text for a terminal: nothing hostile in it, and in lines that fit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirgate {

/// The lines of the text, without their ends.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// The text in pieces of at most `width` bytes (one at least), in its order; only blanks at the breaks are dropped.
/// Breaks at blanks; inside a word only where it is longer than `width`, after a comma, dot, hyphen or the like if
/// there is one.
[[nodiscard]] std::vector<std::string_view> wrap(std::string_view text, std::size_t width);

/// The text made printable, in lines of at most `width` bytes with a line end each; `indent` blanks before all but the
/// first.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// The text with every byte that is not printable ASCII as '?', so that nothing hostile reaches a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// Is colour wanted? Where standard output is a terminal that knows it and NO_COLOR is not set (no-color.org).
[[nodiscard]] bool wants_colour();

/// Text that stands out, or the plain text where no colour is wanted.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  [[nodiscard]] std::string heading(std::string_view text) const { return with("1", text); }
  [[nodiscard]] std::string alarm(std::string_view text) const { return with("1;31", text); }
  [[nodiscard]] std::string aside(std::string_view text) const { return with("2", text); }

 private:
  [[nodiscard]] std::string with(std::string_view code, std::string_view text) const;
  bool on_;
};

/// How wide standard output is: the terminal's width, or 120 where it is none.
[[nodiscard]] std::size_t terminal_width();

}  // namespace shirgate
