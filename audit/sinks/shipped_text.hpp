// What of a line goes out, in a sink's format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/log_line.hpp"
#include "audit/sinks/follower.hpp"
#include "config/sink.hpp"

namespace shirgate {

class ShippedText {
 public:
  explicit ShippedText(SinkFormat format) : format_(format) {}

  /// Without a line end; valid until the next call. Empty: the format leaves it out.
  /// Nothing: the format can't tell it, because it does not read as an event.
  [[nodiscard]] std::optional<std::string_view> of(const Follower::Line& line);

 private:
  SinkFormat format_;
  LogLineParser parser_;
  std::string text_;
};

}  // namespace shirgate
