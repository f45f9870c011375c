#include "lab/audit_log.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <thread>

#include "audit/fields.hpp"
#include "audit/segment.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate::lab {

namespace json = boost::json;

std::optional<AuditLine> AuditLine::parse(std::string_view text) {
  json::error_code error;
  const auto value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  return AuditLine(value.get_object());
}

std::string_view AuditLine::text(std::string_view key) const {
  const auto* value = object_.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
}

std::uint64_t AuditLine::number(std::string_view key) const {
  const auto* value = object_.if_contains(key);
  json::error_code error;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

bool AuditLine::flag(std::string_view key) const {
  const auto* value = object_.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string_view AuditLine::action() const { return text(field::action); }

bool AuditLine::is_terminal() const { return action() == "close" || action() == "denied" || action() == "failed"; }

AuditLog read_audit_log(const std::string& directory) {
  AuditLog log;
  for (const auto& path : segments_of(directory)) {
    auto reader = SegmentReader::open(path);
    if (reader.has_error()) continue;
    while (const auto text = reader->next()) {
      if (auto line = AuditLine::parse(text->text))
        log.lines.push_back(*std::move(line));
      else
        ++log.unreadable;
    }
  }
  return log;
}

std::vector<AuditLine> lines_from_port(const AuditLog& log, std::uint16_t port) {
  std::vector<AuditLine> lines;
  std::copy_if(log.lines.begin(), log.lines.end(), std::back_inserter(lines),
               [&](const AuditLine& line) { return line.number(field::client_port) == port; });
  return lines;
}

std::vector<AuditLine> await_end_of_request(const std::string& directory, std::uint16_t port,
                                            std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    auto lines = lines_from_port(read_audit_log(directory), port);
    const bool ended =
        std::any_of(lines.begin(), lines.end(), [](const AuditLine& line) { return line.is_terminal(); });
    if (ended || std::chrono::steady_clock::now() >= deadline) return lines;
    // The file gives no sign of its own when it grows.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace shirgate::lab
