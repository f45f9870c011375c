#include "audit/log_follower.hpp"

#include <fmt/format.h>

#include "audit/segment.hpp"

namespace shirgate {

Checked<LogFollower> LogFollower::open(const std::string& directory, From from) {
  const auto paths = segments_of(directory);
  if (paths.empty())
    return complain(
        fmt::format("{}: no audit log here (audit-*.jsonl); name the directory of [audit] directory", directory));
  const auto& path = from == From::end ? paths.back() : paths.front();
  auto reader = SegmentReader::open(path);
  if (reader.has_error()) return reader.error();
  if (from == From::end)
    while (reader->next()) continue;
  return LogFollower(directory, *std::move(reader), first_seq_of(path).value_or(0));
}

bool LogFollower::poll(const std::function<void(const LogLine&)>& each) {
  bool any = read_segment(each);
  while (auto next = open_next()) {
    // A segment is whole before the next one is there: what was written since the last look is read first.
    any = read_segment(each) || any;
    reader_ = std::move(next->reader);
    first_seq_ = next->first_seq;
    any = read_segment(each) || any;
  }
  return any;
}

bool LogFollower::read_segment(const std::function<void(const LogLine&)>& each) {
  bool any = false;
  while (const auto line = reader_.next()) {
    const auto* event = line->too_long ? nullptr : parser_->parse(line->text);
    if (event == nullptr) continue;
    each(*event);
    any = true;
  }
  return any;
}

std::optional<LogFollower::Next> LogFollower::open_next() const {
  for (const auto& path : segments_of(directory_)) {
    const auto seq = first_seq_of(path).value_or(0);
    if (seq <= first_seq_) continue;
    auto reader = SegmentReader::open(path);
    // Compressed and removed at this moment: the next look finds its other form.
    if (reader.has_error()) return std::nullopt;
    return Next{*std::move(reader), seq};
  }
  return std::nullopt;
}

}  // namespace shirgate
