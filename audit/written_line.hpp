// Lines of the log exactly as the gate writes them, read faster than any JSON can be.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "audit/event.hpp"
#include "audit/log_line_keys.hpp"

namespace shirgate {

/// Knows of each key which came behind it the last time, in a line of the same action: mostly it is the same again.
class WrittenLine {
 public:
  /// Fills `line` in from `{"key":value,...}` in printable ASCII without blanks between and without escapes, its values
  /// texts, flags and whole numbers. False where the text is anything else: it may still be JSON, and `line` is spoilt.
  [[nodiscard]] bool read(std::string_view text, LogLine& line);

 private:
  /// Takes `"key":` off the front; the key's place, or LogLineKeys::size where there is no key.
  [[nodiscard]] std::size_t take_key(std::string_view& text, std::uint8_t& follower);

  std::array<std::array<std::uint8_t, LogLineKeys::size>, action_count> followers_{};
};

}  // namespace shirgate
