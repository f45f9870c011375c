#include "cli/json_text.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace shirgate {
namespace {

/// The code point that begins at `at` in UTF-8, and how many bytes it has; a byte that begins none stands for itself.
std::pair<std::uint32_t, std::size_t> code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const auto first = byte(at);
  const std::size_t size = first >= 0xf8 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  if (size == 1 || at + size > text.size()) return {first, 1};
  auto point = first & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    // A path holds whatever bytes its file system takes; the quote behind it is not one of them.
    if ((byte(at + i) & 0xc0U) != 0x80U) return {first, 1};
    point = point << 6 | (byte(at + i) & 0x3fU);
  }
  return {point, size};
}

void append_escape(std::string& out, std::uint32_t point) {
  if (point < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
    return;
  }
  const auto rest = point - 0x10000;
  fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10 & 0x3ff), 0xdc00 + (rest & 0x3ff));
}

}  // namespace

std::string json_text(const boost::json::value& value) {
  const auto text = boost::json::serialize(value);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    // None of these stands outside of a string.
    if (c >= 0x20 && c < 0x7f && c != '<' && c != '>' && c != '&') {
      out.push_back(c);
      ++i;
      continue;
    }
    const auto [point, size] = code_point(text, i);
    append_escape(out, point);
    i += size;
  }
  return out;
}

}  // namespace shirgate
