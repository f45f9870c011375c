#include "audit/squid_line.hpp"

#include <fmt/format.h>

#include "audit/log_time.hpp"

namespace shirgate {
namespace {

constexpr std::size_t longest_field = 1024;

/// A field of its own, whatever the text holds.
std::string field_of(std::string_view text) {
  if (text.empty()) return "-";
  std::string field;
  for (const char c : text.substr(0, longest_field)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view(".-_:[]/").find(c) != std::string_view::npos;
    if (plain)
      field.push_back(c);
    else
      fmt::format_to(std::back_inserter(field), "%{:02X}", static_cast<unsigned char>(c));
  }
  return field;
}

/// In seconds since 1970, as Squid writes them; what is no time is their beginning.
std::string epoch_text(std::string_view time) {
  const auto read = parse_log_time(time).value_or(LogTime()).time_since_epoch().count();
  return fmt::format("{}.{:03}", read / 1000, read % 1000);
}

std::string result_of(const LogLine& event) {
  if (event.action == Action::close) return "TCP_TUNNEL/200";
  const auto reason = parse_reason(event.reason);
  const auto status = reason && row_of(*reason).status != 0 ? row_of(*reason).status : 403;
  return fmt::format("{}/{}", event.action == Action::denied ? "TCP_DENIED" : "TCP_TUNNEL", status);
}

std::string peer_of(const LogLine& event) {
  if (event.upstream.empty()) return "HIER_NONE/-";
  return "HIER_DIRECT/" + field_of(event.upstream);
}

}  // namespace

std::string squid_line(const LogLine& event) {
  if (!ends_request(event.action)) return {};
  const auto target = event.host.empty() ? std::string(event.asked) : fmt::format("{}:{}", event.host, event.port);
  return fmt::format("{} {:6} {} {} {} CONNECT {} - {} -\n", epoch_text(event.time), event.duration / 1'000'000,
                     field_of(event.client), result_of(event), event.bytes_from_upstream, field_of(target),
                     peer_of(event));
}

}  // namespace shirgate
