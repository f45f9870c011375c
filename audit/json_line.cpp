#include "audit/json_line.hpp"

#include <algorithm>
#include <array>

#include "certs/digest.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_value_bytes = 256;
/// Enough to tell values apart that begin alike.
constexpr std::size_t hash_digits = 16;

/// The bytes of foreign text are not known to be UTF-8, so each is shown as itself. Markup characters too: a line may
/// be pasted into a page.
constexpr bool is_escaped(unsigned char byte) {
  return byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\' || byte == '<' || byte == '>' || byte == '&' ||
         byte == '\'';
}

/// Every byte of every value is looked up here.
constexpr auto escaped = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) table[byte] = is_escaped(static_cast<unsigned char>(byte));
  return table;
}();

std::size_t plain_bytes(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && !escaped[static_cast<unsigned char>(text[count])]) ++count;
  return count;
}

/// So many digits, with zeros before; returns the end.
template <unsigned base>
char* write_padded(char* at, std::uint64_t value, std::size_t digits) {
  for (auto i = digits; i > 0; value /= base) at[--i] = "0123456789abcdef"[value % base];
  return at + digits;
}

}  // namespace

char* JsonLine::write_key(char* at, std::string_view key) const {
  if (out_.back() != '{') *at++ = ',';
  *at++ = '"';
  at = std::copy_n(key.data(), std::min(key.size(), max_key_bytes), at);
  *at++ = '"';
  *at++ = ':';
  return at;
}

void JsonLine::append_key(std::string_view key) {
  std::array<char, room> text;
  out_.append(text.data(), write_key(text.data(), key));
}

void JsonLine::text(std::string_view key, std::string_view value) {
  if (value.empty()) return;
  if (value.size() <= max_value_bytes && plain_bytes(value) == value.size()) return plain(key, value);
  append_key(key);
  out_.push_back('"');
  if (!append_escaped(value))
    out_.append("... (" + std::to_string(value.size()) + " bytes, sha256 " +
                to_hex(sha256(value)).substr(0, hash_digits) + ")");
  out_.push_back('"');
}

void JsonLine::plain(std::string_view key, std::string_view value) {
  if (value.empty()) return;
  static_assert(room >= max_key_bytes + 4 + max_value_bytes + 2);
  std::array<char, room> text;
  auto* end = write_key(text.data(), key);
  *end++ = '"';
  if (value.size() > max_value_bytes) {
    out_.append(text.data(), end).append(value).push_back('"');
    return;
  }
  end = std::copy(value.begin(), value.end(), end);
  *end++ = '"';
  out_.append(text.data(), end);
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
      std::array<char, 6> code{'\\', 'u'};
      out_.append(code.data(), write_padded<16>(code.data() + 2, static_cast<unsigned char>(value.front()), 4));
    }
    value.remove_prefix(1);
  }
  return true;
}

void JsonLine::identifier(std::string_view key, std::uint64_t value) {
  std::array<char, 16> digits;
  plain(key, {digits.data(), write_padded<16>(digits.data(), value, digits.size())});
}

void JsonLine::flag(std::string_view key, bool value) {
  if (value) append_key(key), out_.append("true");
}

void JsonLine::time(std::string_view key, std::chrono::system_clock::time_point value) {
  using namespace std::chrono;
  const auto day = floor<days>(value);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(value - day));
  std::array<char, 24> text;
  auto* end = text.data();
  const auto part = [&end](auto number, std::size_t digits, char behind) {
    end = write_padded<10>(end, static_cast<std::uint64_t>(number), digits);
    *end++ = behind;
  };
  part(static_cast<int>(date.year()), 4, '-');
  part(static_cast<unsigned>(date.month()), 2, '-');
  part(static_cast<unsigned>(date.day()), 2, 'T');
  part(clock.hours().count(), 2, ':');
  part(clock.minutes().count(), 2, ':');
  part(clock.seconds().count(), 2, '.');
  part(clock.subseconds().count(), 3, 'Z');
  plain(key, {text.data(), end});
}

}  // namespace shirgate
