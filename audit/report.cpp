#include "audit/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

#include "audit/event.hpp"
#include "audit/fields.hpp"
#include "audit/segment.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::size_t max_unreadable_listed = 20;

void note(std::set<std::string>& set, std::string_view text) {
  if (!text.empty() && set.size() < Report::max_listed) set.emplace(text);
}

/// Timestamps of one format compare as texts.
template <class Summary>
void note_time(Summary& summary, std::string_view time, std::string_view first) {
  if (summary.first_seen.empty() || first < summary.first_seen) summary.first_seen = first;
  if (summary.last_seen < time) summary.last_seen = time;
}

}  // namespace

/// One line, read as far as the report asks.
struct Report::Line {
  const json::object& object;

  /// The server name of the hello. It is recorded as it was sent, and letter case makes no other name.
  [[nodiscard]] std::string sni() const {
    std::string name(text(field::sni));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name;
  }

  [[nodiscard]] std::string_view text(std::string_view key) const {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
  }
  [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t otherwise = 0) const {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_number()) return otherwise;
    boost::system::error_code error;
    const auto number = value->to_number<std::uint64_t>(error);
    return error ? otherwise : number;
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
  }
  [[nodiscard]] std::string target() const {
    const auto host = text(field::host);
    return host.empty() ? std::string(text(field::asked)) : fmt::format("{}:{}", host, number(field::port));
  }
};

bool Report::add(std::string_view text) {
  boost::system::error_code error;
  const auto value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return false;
  const Line line{value.get_object()};
  const auto action = line.text(field::action);
  const auto time = line.text(field::timestamp);
  if (action.empty() || time.empty()) return false;
  if (time < std::string_view(since_)) return true;

  ++lines_;
  if (first_seen_.empty() || time < first_seen_) first_seen_ = time;
  if (last_seen_ < time) last_seen_ = time;
  const bool refused = action == to_string(Action::denied) || action == to_string(Action::failed);
  if (refused) add_refused(line);
  const bool about_a_tunnel =
      action == to_string(Action::open) || action == to_string(Action::checked) || action == to_string(Action::close);
  if (about_a_tunnel) add_to_channel(line);
  if (refused || about_a_tunnel) add_reported(line);
  return true;
}

void Report::add_to_channel(const Line& line) {
  const Channel channel{std::string(line.text(field::runtime)), std::string(line.text(field::channel))};
  auto& host = channels_[channel][line.target()];
  const auto action = line.text(field::action);
  const auto time = line.text(field::timestamp);
  note_time(host, time, time);
  note(host.addresses, line.text(field::upstream_ip));
  if (action == to_string(Action::open)) ++host.tunnels;
  host.first_use = host.first_use || line.flag(field::first_use);
  if (action == to_string(Action::checked)) note(host.snis, line.sni());
  if (action != to_string(Action::close)) return;
  host.bytes_from_client += line.number(field::bytes_from_client);
  host.bytes_from_upstream += line.number(field::bytes_from_upstream);
  if (line.text(field::stage) != to_string(Stage::first_flight)) return;
  ++host.cut;
  add_refused(line);
}

void Report::add_refused(const Line& line) {
  Refused key{std::string(line.text(field::runtime)), line.target(), std::string(line.text(field::reason))};
  // A cut tunnel asked for a listed host; what it was refused for is the name it really wanted.
  const auto sni = line.sni();
  if (!sni.empty() && sni != line.text(field::host)) key.target += fmt::format(" (SNI {})", sni);
  add_to(refused_[std::move(key)], line);
}

void Report::add_to(RefusedSummary& summary, const Line& line) {
  const auto time = line.text(field::timestamp);
  const auto first = line.text(field::first_at);
  summary.count += line.number(field::count, 1);
  note_time(summary, time, first.empty() ? time : first);
  note(summary.clients, line.text(field::client_ip));
}

/// A tunnel says so when it opens, or when its first flight was let through: never both for the same reason.
void Report::add_reported(const Line& line) {
  const auto reason = parse_reason(line.text(field::would_deny));
  const auto action = line.text(field::action);
  if (!reason || action == to_string(Action::close)) return;
  const bool by_first_flight = row_of(*reason).stage == Stage::first_flight;
  if (by_first_flight != (action == to_string(Action::checked))) return;
  Refused key{std::string(line.text(field::runtime)), line.target(), std::string(to_string(*reason))};
  if (const auto sni = line.sni(); by_first_flight && !sni.empty()) key.target += fmt::format(" (SNI {})", sni);
  add_to(reported_[std::move(key)], line);
}

bool Report::add_directory(const std::string& directory) {
  const auto paths = segments_of(directory);
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::string line;
    for (std::uint64_t number = 1; std::getline(file, line); ++number)
      if (!add(line) && unreadable_.size() < max_unreadable_listed)
        unreadable_.push_back(fmt::format("{}:{}", path, number));
  }
  return !paths.empty();
}

}  // namespace shirgate
