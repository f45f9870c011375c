#include "audit/sinks/shipped_text.hpp"

#include "audit/squid_line.hpp"

namespace shirgate {

std::optional<std::string_view> ShippedText::of(const Follower::Line& line) {
  if (format_ == SinkFormat::ecs) return line.text;
  // Most lines end no request, and need not be read to know it.
  const auto action = parse_action(line.front.body.action);
  if (action && !ends_request(*action)) return std::string_view();
  const auto* event = parser_.parse(line.text);
  if (event == nullptr) return std::nullopt;
  text_ = squid_line(*event);
  if (!text_.empty()) text_.pop_back();  // its line end
  return text_;
}

}  // namespace shirgate
