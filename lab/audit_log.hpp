// The audit log as somebody reads it who was not there: lines from the disk, nothing from memory.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shirgate::lab {

/// One line; keys are those of audit/fields.hpp.
class AuditLine {
 public:
  /// Nothing when it is not a JSON object.
  [[nodiscard]] static std::optional<AuditLine> parse(std::string_view text);

  /// Empty when the line has no such text.
  [[nodiscard]] std::string_view text(std::string_view key) const;
  /// 0 when the line has no such number.
  [[nodiscard]] std::uint64_t number(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }
  [[nodiscard]] bool flag(std::string_view key) const;

  /// "open", "checked", "close", …
  [[nodiscard]] std::string_view action() const;
  /// The last line of a request: close, denied or failed.
  [[nodiscard]] bool is_terminal() const;

 private:
  explicit AuditLine(boost::json::object object) : object_(std::move(object)) {}
  boost::json::object object_;
};

struct AuditLog {
  std::vector<AuditLine> lines{};
  std::size_t unreadable = 0;  ///< whole lines that are no JSON objects
};

/// Every whole line in the directory, in order.
[[nodiscard]] AuditLog read_audit_log(const std::string& directory);

/// The lines about requests from this port of the client, in order.
[[nodiscard]] std::vector<AuditLine> lines_from_port(const AuditLog& log, std::uint16_t port);

/// Those lines, once one of them is terminal: the log is written in groups, a moment after the fact. What there is,
/// when that takes longer than `limit`.
[[nodiscard]] std::vector<AuditLine> await_end_of_request(const std::string& directory, std::uint16_t port,
                                                          std::chrono::milliseconds limit);

}  // namespace shirgate::lab
