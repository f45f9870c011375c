// The audit log of a gate under test, read back as events.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace shirgate::wire {

using AuditEvent = boost::json::object;

/// The value as text, numbers too; empty where the key is absent.
[[nodiscard]] std::string text_of(const AuditEvent& event, std::string_view key);
[[nodiscard]] std::string action_of(const AuditEvent& event);
[[nodiscard]] std::string reason_of(const AuditEvent& event);

/// What one directory holds at the moment of each call.
class AuditTrail {
 public:
  explicit AuditTrail(std::string directory) : directory_(std::move(directory)) {}

  /// The files as they are, one after the other.
  [[nodiscard]] std::string text() const;
  /// Whole lines as events; a line that is not one JSON object throws.
  [[nodiscard]] std::vector<AuditEvent> events() const;
  [[nodiscard]] std::vector<AuditEvent> with_action(std::string_view action) const;
  [[nodiscard]] std::size_t count(std::string_view action) const { return with_action(action).size(); }
  /// What ended attempts and tunnels: denied, failed, close, torn.
  [[nodiscard]] std::vector<AuditEvent> terminal() const;
  /// The only event of that action; an empty object where there is none or more than one.
  [[nodiscard]] AuditEvent only(std::string_view action) const;
  /// Waits until an event of that action is on disk.
  [[nodiscard]] bool shows(std::string_view action, std::size_t times = 1) const;

 private:
  std::string directory_;
};

}  // namespace shirgate::wire
