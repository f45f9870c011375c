#include "audit_trail.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>
#include <sstream>

#include "audit/fields.hpp"
#include "audit/segment.hpp"
#include "patience.hpp"

namespace shirgate::wire {

std::string text_of(const AuditEvent& event, std::string_view key) {
  const auto* value = event.if_contains(key);
  if (value == nullptr) return {};
  return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

std::string action_of(const AuditEvent& event) { return text_of(event, field::action); }
std::string reason_of(const AuditEvent& event) { return text_of(event, field::reason); }

std::string AuditTrail::text() const {
  std::string all;
  for (const auto& path : segments_of(directory_)) {
    std::ifstream file(path, std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

std::vector<AuditEvent> AuditTrail::events() const {
  std::vector<AuditEvent> all;
  std::istringstream lines(text());
  // A last line without its end is still being written.
  for (std::string line; std::getline(lines, line) && !lines.eof();)
    all.push_back(boost::json::parse(line).as_object());
  return all;
}

std::vector<AuditEvent> AuditTrail::with_action(std::string_view action) const {
  auto all = events();
  std::erase_if(all, [&](const AuditEvent& event) { return action_of(event) != action; });
  return all;
}

std::vector<AuditEvent> AuditTrail::terminal() const {
  auto all = events();
  std::erase_if(all, [](const AuditEvent& event) {
    const auto action = action_of(event);
    return action != "denied" && action != "failed" && action != "close" && action != "torn";
  });
  return all;
}

AuditEvent AuditTrail::only(std::string_view action) const {
  auto found = with_action(action);
  return found.size() == 1 ? std::move(found.front()) : AuditEvent();
}

bool AuditTrail::shows(std::string_view action, std::size_t times) const {
  return wait_until([&] { return count(action) >= times; });
}

}  // namespace shirgate::wire
