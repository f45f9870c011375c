#include "proxy/ingress/request_head.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace shirgate {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 128 && std::isalnum(c) != 0) || marks.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

/// What Beast would repair or pass on: no name, a space before the colon, a folded line, control bytes in a value.
bool is_strict_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const auto value = line.substr(colon + 1);
  return std::none_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; });
}

/// Does Host name the target? With or without its port.
Reason compare_host(std::string_view value, const Target& target) {
  if (value.empty()) return Reason::bad_host_header;
  const auto colon = value.rfind(':');
  const auto host = value.substr(0, colon);
  if (!equal_ignoring_case(host, target.host.text())) return Reason::host_mismatch;
  if (colon == std::string_view::npos) return Reason::allowed;
  const auto port = parse_port(value.substr(colon + 1));
  return port.has_value() && *port == target.port ? Reason::allowed : Reason::host_mismatch;
}

/// A client may send a whole URL here: a signature in its query and a password before its host must reach no log.
std::string without_secrets(std::string_view target) {
  const auto scheme = target.find("://");
  const auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto authority = target.substr(start, target.find_first_of("/?#", start) - start);
  const auto at = authority.rfind('@');
  std::string kept(target.substr(0, start));
  if (at != std::string_view::npos) kept += "...@";
  kept += authority.substr(at == std::string_view::npos ? 0 : at + 1);
  if (start + authority.size() < target.size()) kept += "/...";
  return kept;
}

std::string_view to_view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RequestHead::State RequestHead::refuse(Reason reason) {
  reason_ = reason;
  return State::refused;
}

Reason RequestHead::check_line_ends(std::string_view received) {
  const auto limit = std::min(received.size(), max_request_head_bytes + line_end.size() + 1);
  for (; scanned_ < limit; ++scanned_) {
    const char c = received[scanned_];
    const bool after_cr = scanned_ > 0 && received[scanned_ - 1] == '\r';
    if ((c == '\n') != after_cr) return line_read_ ? Reason::bad_header : Reason::bad_request_line;
    if (c != '\n') continue;
    // A head ends at the first empty line; what follows is none of its business.
    if (scanned_ >= start_ + 3 && received.substr(scanned_ - 3, 4) == head_end) {
      consumed_ = ++scanned_;
      return Reason::allowed;
    }
    if (scanned_ == 1) {
      start_ = 2;
    } else if (!line_read_) {
      ++scanned_;
      return Reason::allowed;  // the request line is judged before what follows it, however the bytes arrive
    }
  }
  return Reason::allowed;
}

RequestHead::State RequestHead::read(std::string_view received) {
  // TLS or anything else that is not a method: say so before waiting for a line end that may never come.
  if (!received.empty() && received.front() != '\r' && !is_token(received.substr(0, 1)))
    return refuse(Reason::bad_request_line);
  if (!line_read_) {
    if (const auto reason = check_line_ends(received); reason != Reason::allowed) return refuse(reason);
    const auto rest = received.substr(start_);
    const auto end = rest.find(line_end);
    // A CR at the end of what is here may be the line's own.
    if (std::min(end, rest.size() - (rest.ends_with('\r') ? 1 : 0)) > max_request_line_bytes)
      return refuse(Reason::request_line_too_long);
    if (end == std::string_view::npos) return State::more;
    if (const auto reason = check_request_line(rest.substr(0, end)); reason != Reason::allowed) return refuse(reason);
    line_read_ = true;
  }
  if (const auto reason = check_line_ends(received); reason != Reason::allowed) return refuse(reason);
  const auto head = received.substr(start_, (consumed_ != 0 ? consumed_ : received.size()) - start_);
  if (head.size() > max_request_head_bytes) return refuse(Reason::header_too_large);
  if (consumed_ == 0) return State::more;
  if (const auto reason = check_fields(head); reason != Reason::allowed) return refuse(reason);
  if (target_reason_ != Reason::allowed) return refuse(target_reason_);
  return State::whole;
}

Reason RequestHead::check_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos) return Reason::bad_request_line;
  const auto target = line.substr(first + 1, first == last ? std::string_view::npos : last - first - 1);
  target_text_ = without_secrets(target);
  const auto method = line.substr(0, first);
  if (first == last || !is_token(method)) return Reason::bad_request_line;
  const auto version = line.substr(last + 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) return Reason::bad_request_line;
  if (!version.starts_with("HTTP/") || version.size() != 8 || version[6] != '.') return Reason::bad_request_line;
  version_1_0_ = version == "HTTP/1.0";
  if (!version_1_0_ && version != "HTTP/1.1") return Reason::bad_version;

  if (method != "CONNECT") return check_other_method(method, target);
  auto parsed = parse_target(target);
  if (parsed.has_value())
    asked_ = Asked{.target = *std::move(parsed), .method = "CONNECT"};
  else if (parsed.error() != Reason::ip_literal_not_listed)
    return parsed.error();
  else
    target_reason_ = parsed.error();
  return Reason::allowed;
}

/// Other methods need a full URL on a proxy port; those are not forwarded here, but the refusal says what was wrong.
Reason RequestHead::check_other_method(std::string_view method, std::string_view target) {
  static constexpr std::array known{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"};
  if (std::find(known.begin(), known.end(), method) == known.end() || target == "*") return Reason::method_not_served;
  if (target.front() == '/') return Reason::bad_target;
  return Reason::scheme_not_served;
}

Reason RequestHead::check_fields(std::string_view head) {
  std::size_t fields = 0;
  auto rest = head.substr(head.find(line_end) + 2);
  while (!rest.starts_with(line_end)) {
    const auto end = rest.find(line_end);
    if (!is_strict_field(rest.substr(0, end))) return Reason::bad_header;
    if (++fields > max_request_fields) return Reason::header_too_large;
    rest.remove_prefix(end + 2);
  }

  http::request_parser<http::empty_body> parser;
  parser.header_limit(max_request_head_bytes);
  parser.skip(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) return Reason::bad_header;
  const auto& request = parser.get();

  if (request.count(http::field::transfer_encoding) != 0) return Reason::body_not_allowed;
  for (const auto& field : request)
    if (field.name() == http::field::content_length && field.value() != "0") return Reason::body_not_allowed;
  if (request.count(http::field::proxy_authorization) > 1) return Reason::bad_header;
  wants_json_ = to_view(request[http::field::accept]).find("application/json") != std::string_view::npos;

  const auto hosts = request.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !version_1_0_)) return Reason::bad_host_header;
  if (hosts == 0 || !asked_) return Reason::allowed;
  return compare_host(to_view(request[http::field::host]), asked_->target);
}

}  // namespace shirgate
