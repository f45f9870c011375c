#include "audit/json_line.hpp"

#include <algorithm>
#include <array>

namespace shirgate {
namespace {

constexpr std::size_t max_value_bytes = 256;

/// The bytes of foreign text are not known to be UTF-8, so each is shown as itself. Markup characters too: a line may
/// be pasted into a page.
constexpr std::array<bool, 256> needs_escape = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) table[byte] = byte < 0x20 || byte >= 0x7f;
  for (const unsigned char byte : {'"', '\\', '<', '>', '&', '\''}) table[byte] = true;
  return table;
}();

std::size_t plain_bytes(std::string_view value) {
  std::size_t count = 0;
  while (count < value.size() && !needs_escape[static_cast<unsigned char>(value[count])]) ++count;
  return count;
}

}  // namespace

void JsonLine::begin(std::string_view key) {
  if (out_.back() != '{') out_.push_back(',');
  out_.push_back('"');
  out_.append(key);
  out_.append("\":");
}

void JsonLine::text(std::string_view key, std::string_view value) {
  if (value.empty()) return;
  begin(key);
  out_.push_back('"');
  if (!append_escaped(value)) out_.append("... (" + std::to_string(value.size()) + " bytes)");
  out_.push_back('"');
}

void JsonLine::plain(std::string_view key, std::string_view value) {
  if (value.empty()) return;
  begin(key);
  out_.push_back('"');
  out_.append(value);
  out_.push_back('"');
}

bool JsonLine::append_escaped(std::string_view value) {
  const std::size_t limit = out_.size() + max_value_bytes;
  while (!value.empty()) {
    if (out_.size() >= limit) return false;
    const auto plain = plain_bytes(value);
    const auto fits = std::min(plain, limit - out_.size());
    out_.append(value.substr(0, fits));
    value.remove_prefix(fits);
    if (fits < plain) return false;
    if (value.empty()) return true;
    if (out_.size() >= limit) return false;
    if (value.front() == '"' || value.front() == '\\') {
      out_.push_back('\\');
      out_.push_back(value.front());
    } else {
      out_.append("\\u");
      append_padded(static_cast<unsigned char>(value.front()), 4, 16);
    }
    value.remove_prefix(1);
  }
  return true;
}

void JsonLine::append_padded(std::uint64_t value, std::size_t digits, unsigned base) {
  const auto start = out_.size();
  out_.append(digits, '0');
  for (auto at = start + digits; at > start; value /= base) out_[--at] = "0123456789abcdef"[value % base];
}

void JsonLine::identifier(std::string_view key, std::uint64_t value) {
  begin(key);
  out_.push_back('"');
  append_padded(value, 16, 16);
  out_.push_back('"');
}

void JsonLine::flag(std::string_view key, bool value) {
  if (value) begin(key), out_.append("true");
}

void JsonLine::time(std::string_view key, std::chrono::system_clock::time_point value) {
  using namespace std::chrono;
  begin(key);
  const auto day = floor<days>(value);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(value - day));
  const auto part = [this](char before, auto number, std::size_t digits) {
    out_.push_back(before);
    append_padded(static_cast<std::uint64_t>(number), digits, 10);
  };
  part('"', static_cast<int>(date.year()), 4);
  part('-', static_cast<unsigned>(date.month()), 2);
  part('-', static_cast<unsigned>(date.day()), 2);
  part('T', clock.hours().count(), 2);
  part(':', clock.minutes().count(), 2);
  part(':', clock.seconds().count(), 2);
  part('.', clock.subseconds().count(), 3);
  out_.append("Z\"");
}

}  // namespace shirgate
