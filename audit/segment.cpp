#include "audit/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "audit/fields.hpp"

namespace shirgate {
namespace {

constexpr std::string_view prefix = "audit-";
constexpr std::string_view suffix = ".jsonl";

/// The number a line starts with: {"shirgate.seq":123,...
std::uint64_t seq_of(std::string_view line) {
  const auto head = fmt::format("{{\"{}\":", field::seq);
  if (!line.starts_with(head)) return 0;
  std::uint64_t seq = 0;
  std::from_chars(line.data() + head.size(), line.data() + line.size(), seq);
  return seq;
}

std::uint64_t last_seq_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t seq = 0;
  std::string line;
  // getline also yields a last line without its end, which is one that a crash cut short.
  while (std::getline(file, line) && !file.eof()) seq = std::max(seq, seq_of(line));
  return seq;
}

}  // namespace

std::vector<std::string> segments_of(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(suffix)) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
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
