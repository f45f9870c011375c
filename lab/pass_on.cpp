#include "lab/pass_on.hpp"

#include <fmt/format.h>

#include <utility>

namespace shirgate::lab {
namespace {

constexpr std::chrono::seconds answer_limit{30};

HttpMessage no_answer(std::string why) {
  return {"HTTP/1.1 502 Bad Gateway", {{"content-type", "text/plain"}}, std::move(why)};
}

/// In HTTP/1.0 the connection ends with the answer, which so needs no length.
std::string as_only_request(const HttpMessage& request) {
  auto asked = request;
  asked.start_line = fmt::format("{} {} HTTP/1.0", request.method(), request.path());
  for (const auto* name : {"connection", "expect"}) asked.fields.erase(name);
  return to_text(asked);
}

/// All but what is about the connection only.
HttpMessage answer_of(HttpMessage head, std::string body) {
  for (const auto* name : {"connection", "keep-alive", "transfer-encoding"}) head.fields.erase(name);
  head.body = std::move(body);
  return head;
}

HttpMessage ask_once(const Endpoint& server, const HttpMessage& request) {
  auto socket = BlockingSocket::connect_to(server, BlockingSocket::Clock::now() + answer_limit);
  if (socket.has_error()) return no_answer(socket.error().text());
  socket->write_all(as_only_request(request));
  const auto head = parse_head(socket->read_through("\r\n\r\n", max_head_bytes));
  if (!head) return no_answer(fmt::format("{} gave no answer. {}", to_string(server), socket->trouble()));
  auto body = socket->read_up_to(max_body_bytes);
  const bool states_length = !head->field("content-length").empty() && request.method() != "HEAD";
  if (!socket->trouble().empty() || (states_length && body_length(*head) != body.size()))
    return no_answer(fmt::format("the answer of {} was cut. {}", to_string(server), socket->trouble()));
  return answer_of(*head, std::move(body));
}

}  // namespace

Service pass_on_to(const Endpoint& server) {
  return [server](const HttpMessage& request) { return ask_once(server, request); };
}

}  // namespace shirgate::lab
