#include "audit/line.hpp"

#include <charconv>

#include "audit/fields.hpp"
#include "certs/signing_key.hpp"

namespace shirgate {
namespace {

/// Takes a text apart from its front; once something is not as expected, nothing is any more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void key(char before, std::string_view name) {
    expect(before);
    expect('"');
    good_ = good_ && text_.starts_with(name);
    if (good_) text_.remove_prefix(name.size());
    expect('"');
    expect(':');
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    good_ = good_ && error == std::errc();
    if (good_) text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  std::string_view text() {
    expect('"');
    const auto end = good_ ? text_.find('"') : std::string_view::npos;
    good_ = end != std::string_view::npos;
    if (!good_) return {};
    const auto value = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return value;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  void expect(char c) {
    good_ = good_ && text_.starts_with(c);
    if (good_) text_.remove_prefix(1);
  }

  std::string_view text_;
  bool good_ = true;
};

BodyFront body_front(Scanner& scanner, char before) {
  BodyFront front;
  scanner.key(before, field::timestamp);
  front.at = scanner.text();
  scanner.key(',', field::action);
  front.action = scanner.text();
  auto rest = scanner;
  rest.key(',', field::tunnel);
  if (const auto tunnel = rest.text(); rest.good()) front.tunnel = parse_identifier(tunnel).value_or(0);
  return front;
}

/// Where the value of the key begins.
std::size_t value_at(std::string_view line, std::string_view key) {
  for (auto at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
    const auto behind = at + key.size();
    if (at > 1 && line[at - 1] == '"' && (line[at - 2] == ',' || line[at - 2] == '{') &&
        line.substr(behind).starts_with("\":"))
      return behind + 2;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<BodyFront> read_body_front(std::string_view body) {
  Scanner scanner(body);
  const auto front = body_front(scanner, '{');
  if (!scanner.good()) return std::nullopt;
  return front;
}

std::optional<LineFront> read_line_front(std::string_view line) {
  Scanner scanner(line);
  LineFront front;
  scanner.key('{', field::seq);
  front.seq = scanner.number();
  scanner.key(',', field::prev);
  const auto prev = scanner.text();
  scanner.key(',', field::gate);
  front.gate = scanner.text();
  front.body = body_front(scanner, ',');
  if (!scanner.good() || !from_hex(prev, front.prev) || front.gate.size() != 16 || !line.ends_with('}'))
    return std::nullopt;
  return front;
}

std::string_view text_value(std::string_view line, std::string_view key) {
  const auto at = value_at(line, key);
  if (at == std::string_view::npos || at >= line.size() || line[at] != '"') return {};
  const auto end = line.find('"', at + 1);
  return end == std::string_view::npos ? std::string_view{} : line.substr(at + 1, end - at - 1);
}

std::optional<std::uint64_t> number_value(std::string_view line, std::string_view key) {
  const auto at = value_at(line, key);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(line.data() + at, line.data() + line.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_identifier(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 16 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace shirgate
