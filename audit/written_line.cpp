#include "audit/written_line.hpp"

#include <algorithm>
#include <charconv>

namespace shirgate {
namespace {

/// What stands between the quotes of such a text is the value.
bool needs_no_decoding(std::string_view text) {
  constexpr std::size_t stride = 32;
  const auto is_odd = [](unsigned char byte) { return byte < 0x20 || byte >= 0x7f || byte == '\\'; };
  for (; text.size() >= stride; text.remove_prefix(stride)) {
    // Of so many at once, without a branch for each: the compiler does it in one go.
    unsigned char odd = 0;
    for (std::size_t i = 0; i < stride; ++i)
      odd |= static_cast<unsigned char>(is_odd(static_cast<unsigned char>(text[i])));
    if (odd != 0) return false;
  }
  return std::none_of(text.begin(), text.end(), is_odd);
}

struct Value {
  std::string_view text{};
  bool is_text = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_flag(std::string_view word) { return word == "true" || word == "false"; }

/// As JSON spells it: no sign, no zeros in front.
bool is_whole_number(std::string_view word) {
  return !word.empty() && (word.size() == 1 || word.front() != '0') && std::all_of(word.begin(), word.end(), is_digit);
}

/// Takes a value off the front, up to the comma or brace behind it. False where it does not end.
bool take_value(std::string_view& text, Value& value) {
  value.is_text = text.starts_with('"');
  if (value.is_text) text.remove_prefix(1);
  const auto ends_word = [](char c) { return c == ',' || c == '}'; };
  const auto end = value.is_text
                       ? std::min(text.find('"'), text.size())
                       : static_cast<std::size_t>(std::find_if(text.begin(), text.end(), ends_word) - text.begin());
  value.text = text.substr(0, end);
  text.remove_prefix(std::min(value.is_text ? end + 1 : end, text.size()));
  return !text.empty();
}

struct Setter {
  LogLine& line;
  const Value& value;

  bool operator()(std::monostate /*unused*/) const {
    std::uint64_t ignored = 0;
    return value.is_text || is_flag(value.text) || number(ignored);
  }
  bool operator()(std::string_view LogLine::*member) const {
    line.*member = value.text.substr(0, LogLine::max_text_bytes);
    return value.is_text;
  }
  bool operator()(std::uint64_t LogLine::*member) const { return number(line.*member); }
  bool operator()(std::optional<std::uint64_t> LogLine::*member) const { return number((line.*member).emplace()); }
  bool operator()(bool LogLine::*member) const {
    line.*member = value.text == "true";
    return !value.is_text && is_flag(value.text);
  }
  bool operator()(Action LogLine::*member) const {
    const auto action = parse_action(value.text);
    if (action) line.*member = *action;
    return value.is_text && action.has_value();
  }

 private:
  [[nodiscard]] bool number(std::uint64_t& to) const {
    const auto* end = value.text.data() + value.text.size();
    return !value.is_text && is_whole_number(value.text) &&
           std::from_chars(value.text.data(), end, to).ec == std::errc();
  }
};

}  // namespace

bool WrittenLine::read(std::string_view text, LogLine& line) {
  if (!text.starts_with('{') || !needs_no_decoding(text)) return false;
  text.remove_prefix(1);
  bool has_action = false;
  std::size_t slot = 0;
  Value value;
  for (;;) {
    auto& follower = followers_[static_cast<std::size_t>(line.action)][slot];
    slot = take_key(text, follower);
    if (slot == LogLineKeys::size || !take_value(text, value)) return false;
    const auto& member = log_line_keys[slot].member;
    if (!std::visit(Setter{line, value}, member)) return false;
    has_action = has_action || std::holds_alternative<Action LogLine::*>(member);
    const char behind = text.front();
    text.remove_prefix(1);
    if (behind == '}') return text.empty() && has_action;
    if (behind != ',') return false;
  }
}

std::size_t WrittenLine::take_key(std::string_view& text, std::uint8_t& follower) {
  if (!text.starts_with('"')) return LogLineKeys::size;
  const auto expected = log_line_keys[follower].key;
  const auto rest = text.substr(1);
  if (rest.starts_with(expected) && rest.substr(expected.size()).starts_with("\":")) {
    text = rest.substr(expected.size() + 2);
    return follower;
  }
  const auto end = rest.find('"');
  if (end == std::string_view::npos || !rest.substr(end + 1).starts_with(':')) return LogLineKeys::size;
  text = rest.substr(end + 2);
  const auto slot = log_line_keys.find(rest.substr(0, end));
  follower = static_cast<std::uint8_t>(slot);
  return slot;
}

}  // namespace shirgate
