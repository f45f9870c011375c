#include "proxy/ingress/reply.hpp"

#include <fmt/format.h>

namespace shirgate {
namespace {

constexpr int retry_after_seconds = 5;

std::string_view phrase_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 408: return "Request Timeout";
    case 414: return "URI Too Long";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Refused";
  }
}

// Targets are canonical and rules are checked names, so neither needs escaping in text or JSON. An advice may quote.
std::string quoted(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped.push_back('\\');
    escaped.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  return escaped;
}

std::string text_body(const Refusal& refusal, const ReasonRow& row) {
  std::string body = fmt::format("shirgate: {}", row.token);
  if (refusal.identified) {
    if (refusal.target != nullptr) body += fmt::format(" for {}", to_string(*refusal.target));
    if (!refusal.rule.empty()) body += fmt::format(" (rule {})", refusal.rule);
    body += fmt::format(". {}", refusal.advice.empty() ? row.advice : refusal.advice);
  }
  return body + fmt::format(" [request {:016x}]\n", refusal.tunnel);
}

std::string json_body(const Refusal& refusal, const ReasonRow& row) {
  std::string body = fmt::format(R"({{"reason":"{}","request":"{:016x}")", row.token, refusal.tunnel);
  if (refusal.identified) {
    if (refusal.target != nullptr) body += fmt::format(R"(,"target":"{}")", to_string(*refusal.target));
    if (!refusal.rule.empty()) body += fmt::format(R"(,"rule":"{}")", refusal.rule);
    body += fmt::format(R"(,"advice":"{}")", quoted(refusal.advice.empty() ? row.advice : refusal.advice));
  }
  return body + "}\n";
}

}  // namespace

std::string refusal_reply(const Refusal& refusal) {
  const auto& row = row_of(refusal.reason);
  if (row.status == 0) return {};
  const auto body = refusal.json ? json_body(refusal, row) : text_body(refusal, row);
  std::string reply = fmt::format("HTTP/1.1 {} {}\r\n", row.status, phrase_of(row.status));
  reply += fmt::format("Content-Type: {}\r\n", refusal.json ? "application/json" : "text/plain; charset=utf-8");
  reply += fmt::format("Content-Length: {}\r\n", body.size());
  reply += fmt::format("Proxy-Status: shirgate; error={}; details=\"{}\"\r\n", row.proxy_error, row.token);
  if (row.status == 429 || row.status == 503) reply += fmt::format("Retry-After: {}\r\n", retry_after_seconds);
  return reply + "Connection: close\r\n\r\n" + body;
}

}  // namespace shirgate
