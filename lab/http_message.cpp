#include "lab/http_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shirgate::lab {
namespace {

constexpr std::string_view line_end = "\r\n";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string_view word(std::string_view line, int number) {
  for (; number > 0; --number) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find(' '));
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string_view HttpMessage::field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view{} : found->second;
}

std::string_view HttpMessage::method() const { return word(start_line, 0); }

std::string_view HttpMessage::path() const { return word(start_line, 1); }

int HttpMessage::status() const { return parse_number<int>(word(start_line, 1)).value_or(0); }

std::optional<HttpMessage> parse_head(std::string_view head) {
  HttpMessage message;
  while (!head.empty()) {
    const auto end = head.find(line_end);
    if (end == std::string_view::npos) return std::nullopt;
    const auto line = head.substr(0, end);
    head.remove_prefix(end + line_end.size());
    if (message.start_line.empty()) {
      message.start_line = line;
    } else if (!line.empty()) {
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      auto value = line.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      message.fields.insert_or_assign(lower(line.substr(0, colon)), std::string(value));
    }
  }
  if (message.start_line.empty()) return std::nullopt;
  return message;
}

bool is_bodyless(const HttpMessage& message) {
  const int status = message.status();
  return status == 204 || status == 304;
}

std::string to_text(const HttpMessage& message) {
  std::string text = message.start_line + "\r\n";
  for (const auto& [name, value] : message.fields) text += fmt::format("{}: {}\r\n", name, value);
  if (message.field("upgrade").empty() && !message.fields.contains("content-length") && !is_bodyless(message))
    text += fmt::format("content-length: {}\r\n", message.body.size());
  return text + "\r\n" + message.body;
}

std::optional<std::size_t> body_length(const HttpMessage& message) {
  const auto text = message.field("content-length");
  if (text.empty()) return 0;
  const auto length = parse_number<std::size_t>(text);
  return length && *length <= max_body_bytes ? length : std::nullopt;
}

std::optional<HttpMessage> read_message(TlsStream& stream) {
  const auto head = stream.read_through("\r\n\r\n", max_head_bytes);
  if (head.empty()) return std::nullopt;
  auto message = parse_head(head);
  const auto length = message ? body_length(*message) : std::nullopt;
  if (!length) {
    stream.give_up("what came is not an HTTP message");
    return std::nullopt;
  }
  if (is_bodyless(*message)) return message;
  message->body = stream.read_up_to(*length);
  if (message->body.size() == *length) return message;
  stream.give_up(fmt::format("the body ended after {} of {} bytes", message->body.size(), *length));
  return std::nullopt;
}

std::optional<HttpMessage> ask(TlsStream& stream, const HttpMessage& request) {
  if (!stream.write_all(to_text(request))) return std::nullopt;
  return read_message(stream);
}

}  // namespace shirgate::lab
