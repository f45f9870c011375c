// The files of an audit directory: audit-<number of the first line, 12 digits>.jsonl, so that names sort by time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace shirgate {

/// Paths of the segments in the directory, oldest first. Empty when there are none or the directory can't be read.
[[nodiscard]] std::vector<std::string> segments_of(const std::string& directory);

[[nodiscard]] std::string segment_path(const std::string& directory, std::uint64_t first_seq);

/// True when the file holds at least one line end.
[[nodiscard]] bool holds_a_line(const std::string& path);

/// The number of the last whole line in the directory; 0 when there is none. A line that a crash cut short has no
/// number.
[[nodiscard]] std::uint64_t last_seq(const std::string& directory);

}  // namespace shirgate
