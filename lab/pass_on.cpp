#include "lab/pass_on.hpp"

#include <fmt/format.h>

#include <utility>

namespace shirgate::lab {
namespace {

constexpr std::chrono::seconds answer_limit{30};

HttpMessage refusal(std::string_view status, std::string why) {
  return {fmt::format("HTTP/1.1 {}", status), {{"content-type", "text/plain"}}, std::move(why)};
}

bool is_in_chunks(const HttpMessage& message) { return message.fields.contains("transfer-encoding"); }

/// In HTTP/1.0 the connection ends with the answer, which so needs no length.
std::string as_only_request(const HttpMessage& request) {
  auto asked = request;
  asked.start_line = fmt::format("{} {} HTTP/1.0", request.method(), request.path());
  for (const auto* name : {"connection", "expect"}) asked.fields.erase(name);
  return to_text(asked);
}

/// What comes behind the head; the complaint is why it can't be handed on.
Checked<std::string> read_body(BlockingSocket& socket, const HttpMessage& request, const HttpMessage& head) {
  if (is_in_chunks(head)) return complain("it came in chunks to a question in HTTP/1.0");
  if (request.method() == "HEAD" || is_bodyless(head)) return std::string();
  const auto stated = body_length(head);
  auto body = stated ? socket.read_up_to(max_body_bytes + 1) : std::string();
  if (!stated || body.size() > max_body_bytes) return complain("its length is none that the lab takes");
  const bool states_length = !head.field("content-length").empty();
  if (!socket.trouble().empty() || (states_length && *stated != body.size()))
    return complain(fmt::format("it was cut. {}", socket.trouble()));
  return body;
}

}  // namespace

Checked<HttpMessage> ask_server(const Endpoint& server, const HttpMessage& request,
                                BlockingSocket::Clock::time_point deadline) {
  auto socket = BlockingSocket::connect_to(server, deadline);
  if (socket.has_error()) return socket.error();
  socket->write_all(as_only_request(request));
  auto head = parse_head(socket->read_through("\r\n\r\n", max_head_bytes));
  if (!head) return complain(fmt::format("{} gave no answer. {}", to_string(server), socket->trouble()));
  auto body = read_body(*socket, request, *head);
  if (body.has_error()) return complain(fmt::format("the answer of {}: {}", to_string(server), body.error().text()));
  for (const auto* name : {"connection", "keep-alive"}) head->fields.erase(name);  // of that connection only
  head->body = *std::move(body);
  return *std::move(head);
}

Service pass_on_to(const Endpoint& server) {
  return [server](const HttpMessage& request) {
    if (is_in_chunks(request)) return refusal("501 Not Implemented", "the lab reads no chunks");
    auto answer = ask_server(server, request, BlockingSocket::Clock::now() + answer_limit);
    return answer.has_value() ? *std::move(answer) : refusal("502 Bad Gateway", answer.error().text());
  };
}

}  // namespace shirgate::lab
