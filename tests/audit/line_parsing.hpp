// Lines as the reader of segments hands them out: with room behind them.
#pragma once

#include <string>
#include <string_view>

#include "audit/log_line.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate::test {

/// Parses one line after the other, each from memory of its own.
class LineParsing {
 public:
  /// Valid until the next call.
  [[nodiscard]] LogLine* parse(std::string_view text) {
    text_.assign(text);
    text_.append(SegmentReader::padding, '\0');
    return parser_.parse(std::string_view(text_).substr(0, text.size()));
  }

 private:
  std::string text_;
  LogLineParser parser_;
};

}  // namespace shirgate::test
