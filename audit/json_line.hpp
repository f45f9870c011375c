// One line of the audit log while it is written: `{"key":value,...}`, flat, printable ASCII whatever the values hold.
#pragma once

#include <array>
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
  /// The longest value that is put together beside the line, key included: one append costs less than five.
  static constexpr std::size_t room = 384;
  static constexpr std::size_t max_key_bytes = 60;

  template <class Integer>
  void integer(std::string_view key, Integer value) {
    std::array<char, room> text;
    auto* end = write_key(text.data(), key);
    end = std::to_chars(end, text.data() + text.size(), value).ptr;
    out_.append(text.data(), end);
  }
  /// Writes `,"key":` there; returns the end. Keys are at most max_key_bytes long.
  [[nodiscard]] char* write_key(char* at, std::string_view key) const;
  void append_key(std::string_view key);
  /// False where the value was cut.
  [[nodiscard]] bool append_escaped(std::string_view value);

  std::string& out_;
};

}  // namespace shirgate
