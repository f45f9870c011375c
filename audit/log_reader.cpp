#include "audit/log_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <tuple>

#include "audit/segment.hpp"

namespace shirgate {
namespace {

constexpr std::uint64_t lines_between_progress = 1 << 14;
constexpr std::size_t max_gates = 4096;

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

/// A gate compresses its segments while we read: then the other form is there.
Checked<SegmentReader> open_either_form(const std::string& path) {
  auto reader = SegmentReader::open(path);
  if (reader.has_value() || is_compressed(path)) return reader;
  auto other = SegmentReader::open(path + ".zst");
  return other.has_value() ? std::move(other) : std::move(reader);
}

}  // namespace

Checked<bool> LogReader::add_directory(const std::string& directory) {
  std::error_code error;
  const auto paths = segments_of(directory, error);
  if (error) return complain(fmt::format("{}: can't be read: {}", directory, error.message()));
  if (paths.empty())
    return complain(
        fmt::format("{}: no audit log here (audit-*.jsonl); name the directory of [audit] directory", directory));
  auto known_as = std::filesystem::canonical(directory, error).string();
  if (error) known_as = directory;
  if (std::find(directories_.begin(), directories_.end(), known_as) != directories_.end()) return true;
  directories_.push_back(known_as);
  const auto log = log_in(paths, known_as);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto next = i + 1 < paths.size() ? first_seq_of(paths[i + 1]) : std::nullopt;
    segments_.push_back({paths[i], first_seq_of(paths[i]).value_or(0),
                         next.value_or(std::numeric_limits<std::uint64_t>::max()), known_as, log});
    bytes_total_ += size_of(paths[i]);
  }
  return true;
}

/// As the first line says that names a gate.
std::size_t LogReader::log_in(const std::vector<std::string>& paths, const std::string& directory) {
  auto name = directory;
  for (const auto& path : paths) {
    auto reader = open_either_form(path);
    const auto line = reader.has_value() ? reader->next() : std::nullopt;
    const auto* event = line && !line->too_long ? parser_.parse(line->text) : nullptr;
    if (event == nullptr || event->gate.empty()) continue;
    name = event->gate;
    break;
  }
  const auto known = std::find(logs_.begin(), logs_.end(), name);
  if (known != logs_.end()) return static_cast<std::size_t>(known - logs_.begin());
  logs_.push_back(std::move(name));
  return logs_.size() - 1;
}

void LogReader::read(const Each& each, const Progress& progress) {
  // Several directories may hold parts of one gate's log: together in its order.
  std::stable_sort(segments_.begin(), segments_.end(), [](const Segment& a, const Segment& b) {
    return std::tie(a.log, a.first_seq) < std::tie(b.log, b.first_seq);
  });
  for (const auto& segment : segments_) read_segment(segment, each, progress);
}

void LogReader::read_segment(const Segment& segment, const Each& each, const Progress& progress) {
  auto reader = open_either_form(segment.path);
  if (reader.has_error()) {
    troubles_.broken.push_back(reader.error().text());
    return;
  }
  gate_ = nullptr;
  while (const auto line = reader->next()) {
    read_line(segment, *line, each);
    if (progress && line->number % lines_between_progress == 0)
      progress(bytes_before_ + reader->bytes_read(), bytes_total_);
  }
  if (const auto tail = reader->torn_tail()) troubles_.torn.push_back(fmt::format("{}:{}", segment.path, tail->number));
  if (!reader->trouble().empty()) troubles_.broken.push_back(fmt::format("{} {}", segment.path, reader->trouble()));
  bytes_before_ += reader->bytes_read();
  if (progress) progress(bytes_before_, bytes_total_);
}

void LogReader::read_line(const Segment& segment, const SegmentReader::Line& line, const Each& each) {
  auto* event = line.too_long ? nullptr : parser_.parse(line.text);
  if (event == nullptr) {
    note_unreadable(segment, line.number);
    return;
  }
  if (event->seq >= segment.superseded_from) return;
  auto& gate = gate_of(segment, event->gate);
  if (event->seq != 0 && !gate.seen.add(event->seq)) return;
  event->log = gate.log;
  each(*event);
}

LogReader::Gate& LogReader::gate_of(const Segment& segment, std::string_view name) {
  if (gate_ != nullptr && gate_name_ == name) return *gate_;
  gate_name_ = name;
  // A directory's path begins with a slash, so it is no gate's name. That many gates no site has.
  const bool nameless = name.empty() || gates_.size() >= max_gates;
  const auto [found, is_new] = gates_.try_emplace(nameless ? segment.directory : std::string(name));
  if (is_new) found->second.log = static_cast<std::uint32_t>(gates_.size() - 1);
  gate_ = &found->second;
  return *gate_;
}

void LogReader::note_unreadable(const Segment& segment, std::uint64_t line) {
  ++troubles_.unreadable_count;
  if (troubles_.unreadable.size() < LogTroubles::max_listed)
    troubles_.unreadable.push_back(fmt::format("{}:{}", segment.path, line));
}

}  // namespace shirgate
