// As much HTTP/1.1 as the lab's ends speak with each other: a start line, fields, and a body of a stated length.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lab/tls_stream.hpp"

namespace shirgate::lab {

struct HttpMessage {
  std::string start_line;
  std::map<std::string, std::string, std::less<>> fields{};  ///< names in lower case
  std::string body{};

  /// Empty when there is none of that name.
  [[nodiscard]] std::string_view field(std::string_view name) const;
  /// "PUT" and "/staging/block" of a request.
  [[nodiscard]] std::string_view method() const;
  [[nodiscard]] std::string_view path() const;
  /// Of a response; 0 when there is none.
  [[nodiscard]] int status() const;
};

/// Start line and fields; nothing when they are not HTTP.
[[nodiscard]] std::optional<HttpMessage> parse_head(std::string_view head);
/// Whether it is an answer of which only the head is sent, whatever its fields say: 204 and 304.
[[nodiscard]] bool is_bodyless(const HttpMessage& message);
/// The whole message. States its length, unless its fields do or it is an upgrade or bodyless.
[[nodiscard]] std::string to_text(const HttpMessage& message);

inline constexpr std::size_t max_head_bytes = 8192;
inline constexpr std::size_t max_body_bytes = std::size_t{64} << 20;

/// The length the fields state, 0 where they state none; nothing when it is no number or too large.
[[nodiscard]] std::optional<std::size_t> body_length(const HttpMessage& message);

/// Nothing when the stream ends or breaks first, or what comes is not HTTP; the stream's trouble says why.
[[nodiscard]] std::optional<HttpMessage> read_message(TlsStream& stream);

/// Sends a request and reads its answer.
[[nodiscard]] std::optional<HttpMessage> ask(TlsStream& stream, const HttpMessage& request);

}  // namespace shirgate::lab
