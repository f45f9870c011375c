// The request head a client sends to the proxy port: one CONNECT (RFC 9110 section 9.3.6), read strictly. Pure: bytes
// in, a question or a reason out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/verdict.hpp"

namespace shirgate {

inline constexpr std::size_t max_request_line_bytes = 2048;
inline constexpr std::size_t max_request_head_bytes = 8192;
inline constexpr std::size_t max_request_fields = 64;

/// Reads the head as its bytes arrive. Everything is refused that two parsers could read in two ways: bare CR or LF,
/// folded lines, a space before a colon, NUL, a body, two Hosts, a Host that is not the target. Tolerated because real
/// clients send it: one empty line in front, Host without the port, HTTP/1.0 without Host, `Connection: close` on the
/// CONNECT itself, `Expect`, `Content-Length: 0`.
class RequestHead {
 public:
  enum class State : std::uint8_t { more, whole, refused };

  /// `received` is everything since the start of the connection, at least as much as the last time. After `whole` or
  /// `refused` it must not be called again.
  State read(std::string_view received);

  /// After `whole`: what is asked. The bytes from consumed() on belong to the tunnel.
  [[nodiscard]] const Asked& asked() const { return *asked_; }
  [[nodiscard]] std::size_t consumed() const { return consumed_; }
  /// After `refused`.
  [[nodiscard]] Reason reason() const { return reason_; }
  /// The target as the client wrote it, without what may be secret: user and password, path and query. Hostile text.
  [[nodiscard]] std::string_view target_text() const { return target_text_; }
  /// True when the client prefers JSON over text in a refusal.
  [[nodiscard]] bool wants_json() const { return wants_json_; }

 private:
  [[nodiscard]] State refuse(Reason reason);
  [[nodiscard]] Reason check_line_ends(std::string_view received);
  [[nodiscard]] Reason check_request_line(std::string_view line);
  [[nodiscard]] Reason check_other_method(std::string_view method, std::string_view target);
  [[nodiscard]] Reason check_fields(std::string_view head);

  std::optional<Asked> asked_;
  Reason target_reason_ = Reason::allowed;  ///< what is wrong with the target; told only when the rest is well-formed
  std::string target_text_;
  Reason reason_ = Reason::allowed;
  std::size_t start_ = 0;    ///< 2 after an empty line in front
  std::size_t scanned_ = 0;  ///< bytes whose line ends are checked
  std::size_t consumed_ = 0;
  bool line_read_ = false;
  bool version_1_0_ = false;
  bool wants_json_ = false;
};

}  // namespace shirgate
