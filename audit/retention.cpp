#include "audit/retention.hpp"

#include <filesystem>

#include "audit/json_line.hpp"
#include "audit/line.hpp"
#include "audit/segment.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate {
namespace {

/// As it stands in lines, which compare as texts.
std::string text_of_time(WallTime time) {
  std::string text;
  JsonLine line(text);
  line.time("", time);
  return text.substr(text.find(':') + 2, 24);
}

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

}  // namespace

std::optional<Outdated> outdated_segments(const std::string& directory, const Retention& retention,
                                          std::uint64_t shipped_up_to, std::uint64_t current, WallTime now) {
  if (retention.age.count() == 0 && retention.bytes == 0) return std::nullopt;
  const auto paths = segments_of(directory);
  std::uint64_t total = 0;
  for (const auto& path : paths) total += size_of(path);
  const auto too_old = retention.age.count() == 0 ? std::string() : text_of_time(now - retention.age);
  const auto too_young = text_of_time(now - retention.keep_at_least);

  Outdated outdated;
  for (std::size_t i = 0; i + 1 < paths.size(); ++i) {
    const auto next = *first_seq_of(paths[i + 1]);
    if (next > current || next - 1 > shipped_up_to) break;
    auto reader = SegmentReader::open(paths[i + 1]);
    const auto line = reader.has_value() ? reader->next() : std::nullopt;
    const auto front = line ? read_line_front(line->text) : std::nullopt;
    if (!front) break;  // what can't be read stays where it is, and so does what is before it
    // The next one began when this one ended.
    const bool outlived = front->body.at < too_old || (retention.bytes > 0 && total > retention.bytes);
    if (!outlived || (retention.keep_at_least.count() > 0 && front->body.at >= too_young)) break;
    total -= size_of(paths[i]);
    outdated.paths.push_back(paths[i]);
    outdated.through = next - 1;
    outdated.hash = to_hex(front->prev);
  }
  if (outdated.paths.empty()) return std::nullopt;
  return outdated;
}

}  // namespace shirgate
