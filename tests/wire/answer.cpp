#include "answer.hpp"

#include <charconv>

namespace shirgate::wire {

Answer parse_answer(std::string_view bytes) {
  Answer answer;
  constexpr std::string_view version = "HTTP/1.1 ";
  if (!bytes.starts_with(version)) return answer;
  std::from_chars(bytes.data() + version.size(), bytes.data() + bytes.size(), answer.status);
  const auto end = bytes.find("\r\n\r\n");
  answer.head = bytes.substr(0, end);
  if (end != std::string_view::npos) answer.body = bytes.substr(end + 4);
  constexpr std::string_view details = "details=\"";
  if (const auto at = answer.head.find(details); at != std::string::npos) {
    const auto start = at + details.size();
    answer.reason = answer.head.substr(start, answer.head.find('"', start) - start);
  }
  return answer;
}

}  // namespace shirgate::wire
