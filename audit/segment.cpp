#include "audit/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "audit/fields.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate {
namespace {

constexpr std::string_view prefix = "audit-";
constexpr std::string_view suffix = ".jsonl";
constexpr std::string_view compressed_suffix = ".jsonl.zst";

/// The number a line starts with: {"shirgate.seq":123,...
std::uint64_t seq_of(std::string_view line) {
  const auto head = fmt::format("{{\"{}\":", field::seq);
  if (!line.starts_with(head)) return 0;
  std::uint64_t seq = 0;
  std::from_chars(line.data() + head.size(), line.data() + line.size(), seq);
  return seq;
}

std::uint64_t last_seq_in(const std::string& path) {
  auto reader = SegmentReader::open(path);
  if (reader.has_error()) return 0;
  std::uint64_t seq = 0;
  // A last line without its end is one that a crash cut short; the reader hands out whole ones.
  while (const auto line = reader->next()) seq = std::max(seq, seq_of(line->text));
  return seq;
}

}  // namespace

std::optional<std::uint64_t> first_seq_of(const std::string& path) {
  std::string_view name = path;
  name.remove_prefix(name.rfind('/') + 1);
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint64_t seq = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), seq);
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  if (error != std::errc() || (name != suffix && name != compressed_suffix)) return std::nullopt;
  return seq;
}

bool is_compressed(const std::string& path) { return path.ends_with(compressed_suffix); }

std::vector<std::string> segments_of(const std::string& directory) {
  std::error_code ignored;
  return segments_of(directory, ignored);
}

std::vector<std::string> segments_of(const std::string& directory, std::error_code& error) {
  std::map<std::uint64_t, std::string> paths;
  error.clear();
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const auto path = at->path().string();
    const auto seq = first_seq_of(path);
    if (!seq) continue;
    const auto [known, is_new] = paths.try_emplace(*seq, path);
    // Both forms hold the same lines, and the plain one needs no unpacking.
    if (!is_new && is_compressed(known->second)) known->second = path;
  }
  std::vector<std::string> sorted;
  for (auto& [seq, path] : paths) sorted.push_back(std::move(path));
  return sorted;
}

std::string segment_path(const std::string& directory, std::uint64_t first_seq) {
  return fmt::format("{}/{}{:012}{}", directory, prefix, first_seq, suffix);
}

bool holds_a_line(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  return std::getline(file, line) && !file.eof();
}

std::uint64_t last_seq(const std::string& directory) {
  const auto paths = segments_of(directory);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path)
    if (const auto seq = last_seq_in(*path); seq != 0) return seq;
  return 0;
}

}  // namespace shirgate
