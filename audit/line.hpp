// How a line of the log begins. Front and order of its keys are fixed, so nothing here parses JSON:
//
//   {"shirgate.seq":7,"shirgate.prev":"<64 hex>","shirgate.gate":"<16 hex>","@timestamp":"…","event.action":"open",
//    "shirgate.tunnel":"<16 hex>",…
//
// What a writer puts into its ring is a body: the same without the first three keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "certs/digest.hpp"

namespace shirgate {

struct BodyFront {
  std::string_view at;  ///< RFC 3339
  std::string_view action;
  std::uint64_t tunnel = 0;  ///< 0 where the event is about none
};

struct LineFront {
  std::uint64_t seq = 0;
  Sha256Digest prev{};
  std::string_view gate;
  BodyFront body;
};

/// Nothing where the text begins otherwise.
[[nodiscard]] std::optional<BodyFront> read_body_front(std::string_view body);
[[nodiscard]] std::optional<LineFront> read_line_front(std::string_view line);

/// The value of a text key behind the front, as it stands there; empty where the line has no such key. For values that
/// hold no escape.
[[nodiscard]] std::string_view text_value(std::string_view line, std::string_view key);
[[nodiscard]] std::optional<std::uint64_t> number_value(std::string_view line, std::string_view key);

/// Sixteen hexadecimal digits; nothing where the text is anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_identifier(std::string_view text);

}  // namespace shirgate
