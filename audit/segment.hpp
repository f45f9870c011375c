// The files of an audit directory: audit-<number of the first line, 12 digits>.jsonl, so that names sort by time, or
// the same with .zst behind it once it is compressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace shirgate {

/// Paths of the segments in the directory, by the number of their first line. Where a segment is there in both forms,
/// the plain one. Empty when there are none or the directory can't be read; the second form says why it can't, if so.
[[nodiscard]] std::vector<std::string> segments_of(const std::string& directory);
[[nodiscard]] std::vector<std::string> segments_of(const std::string& directory, std::error_code& error);

/// The number of the segment's first line, as its name says; nothing where the name is no segment's.
[[nodiscard]] std::optional<std::uint64_t> first_seq_of(const std::string& path);

/// True where the name is a compressed segment's.
[[nodiscard]] bool is_compressed(const std::string& path);

[[nodiscard]] std::string segment_path(const std::string& directory, std::uint64_t first_seq);

/// True when the file holds at least one line end.
[[nodiscard]] bool holds_a_line(const std::string& path);

/// The number of the last whole line in the directory; 0 when there is none. A line that a crash cut short has no
/// number.
[[nodiscard]] std::uint64_t last_seq(const std::string& directory);

}  // namespace shirgate
