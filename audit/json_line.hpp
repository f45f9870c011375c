// One line of the audit log while it is written: `{"key":value,...}`, flat, printable ASCII whatever the values hold.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace shirgate {

/// Appends to a string of the caller's. Keys are ours and need no escaping; an empty value or a false flag is left out.
class JsonLine {
 public:
  explicit JsonLine(std::string& out) : out_(out) { out_.push_back('{'); }

  /// Values over 256 bytes, escapes included, are cut and say so.
  void text(std::string_view key, std::string_view value);
  /// A value of our own, of any length, that needs no escape.
  void plain(std::string_view key, std::string_view value);
  void number(std::string_view key, std::int64_t value) { integer(key, value); }
  void number(std::string_view key, std::uint64_t value) { integer(key, value); }
  /// As text of 16 hexadecimal digits.
  void identifier(std::string_view key, std::uint64_t value);
  void flag(std::string_view key, bool value);
  /// UTC, to the millisecond.
  void time(std::string_view key, std::chrono::system_clock::time_point value);
  void end() { out_.push_back('}'); }

 private:
  template <class Integer>
  void integer(std::string_view key, Integer value) {
    begin(key);
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, end);
  }
  void begin(std::string_view key);
  /// At most sixteen digits.
  template <unsigned base>
  void append_padded(std::uint64_t value, std::size_t digits);
  /// False where the value was cut.
  [[nodiscard]] bool append_escaped(std::string_view value);

  std::string& out_;
};

}  // namespace shirgate
